/**
 * The inner loops of `java.util.SplittableRandom` as a program of some 200 bytes for WebAssembly, which has the 64-bit integers that
 * JavaScript numbers lack: mixing a draw takes 1 ns instead of 6.
 *
 * Memory: at 0 the seed, 64 bits; from `drawsOffset` the draws.
 * `mix(taken)` moves the seed `taken` draws on and mixes the draws that follow it; `fraction(count)` is `nextDouble()` from the
 * `count`-th draw after the seed.
 */

/** The part of the WebAssembly interface that is needed: Node's types leave it out. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: DrawProgram }
}

export interface DrawProgram {
  readonly memory: { readonly buffer: ArrayBuffer }
  mix(taken: number): void
  fraction(count: number): number
}

/** Draws mixed at a time. */
export const drawsAhead = 4096
export const drawsOffset = 16
export const gamma = 0x9e3779b97f4a7c15n

type Code = readonly number[]

/** Signed numbers of 7 bits a byte, low ones first. */
function signed(value: bigint): Code {
  const byte = Number(value & 0x7fn)
  const rest = value >> 7n
  return (rest === 0n && byte < 0x40) || (rest === -1n && byte >= 0x40) ? [byte] : [byte | 0x80, ...signed(rest)]
}
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]
}

const i32Const = (value: number): Code => [0x41, ...signed(BigInt(value))]
const i64Const = (value: bigint): Code => [0x42, ...signed(BigInt.asIntN(64, value))]
const get = (local: number): Code => [0x20, local]
const set = (local: number): Code => [0x21, local]
const tee = (local: number): Code => [0x22, local]
const i64Load: Code = [0x29, 3, 0]
const i64Store: Code = [0x37, 3, 0]
const i32Store: Code = [0x36, 2, 0]
const i32Add: Code = [0x6a]
const i32LessUnsigned: Code = [0x49]
const i64Add: Code = [0x7c]
const i64Multiply: Code = [0x7e]
const i64Xor: Code = [0x85]
const i64ShiftUnsigned: Code = [0x88]
const i64FromI32: Code = [0xac]
const i32FromI64: Code = [0xa7]
const f64FromI64: Code = [0xba]
/** 2^-53. */
const f64Ulp: Code = [0x44, 0, 0, 0, 0, 0, 0, 0xa0, 0x3c]
const f64Multiply: Code = [0xa2]
const loop: Code = [0x03, 0x40]
const loopAgainIf: Code = [0x0d, 0]
const end: Code = [0x0b]
const i32 = 0x7f
const i64 = 0x7e
const f64 = 0x7c

/** Code of several pieces, one after another. */
const code = (...pieces: readonly (number | Code)[]): Code => pieces.flat()

/** Leaves z ^ z >>> shift of a local z on the stack. */
const foldHigh = (local: number, shift: bigint): Code => code(get(local), get(local), i64Const(shift), i64ShiftUnsigned, i64Xor)

/** Leaves the seed plus the number in local 0 times gamma on the stack. */
const seedAfter = code(i32Const(0), i64Load, get(0), i64FromI32, i64Const(gamma), i64Multiply, i64Add)

/** Locals: 0 taken, then address; 1 seed; 2 z. */
const mix = code(
  code(1, 2, i64),
  code(i32Const(0), seedAfter, tee(1), i64Store),
  code(i32Const(drawsOffset), set(0)),
  loop,
  code(get(1), i64Const(gamma), i64Add, tee(1), set(2)),
  code(foldHigh(2, 33n), i64Const(0x62a9d9ed799705f5n), i64Multiply, set(2)),
  code(foldHigh(2, 28n), i64Const(0xcb24d0a5c88c35b3n), i64Multiply, set(2)),
  code(get(0), get(2), i64Const(32n), i64ShiftUnsigned, i32FromI64, i32Store),
  code(get(0), i32Const(4), i32Add, tee(0), i32Const(drawsOffset + 4 * drawsAhead), i32LessUnsigned, loopAgainIf),
  end,
  end,
)

/** Locals: 0 count; 1 z. */
const fraction = code(
  code(1, 1, i64),
  code(seedAfter, set(1)),
  code(foldHigh(1, 30n), i64Const(0xbf58476d1ce4e5b9n), i64Multiply, set(1)),
  code(foldHigh(1, 27n), i64Const(0x94d049bb133111ebn), i64Multiply, set(1)),
  code(foldHigh(1, 31n), i64Const(11n), i64ShiftUnsigned, f64FromI64, f64Ulp, f64Multiply),
  end,
)

const sized = (content: Code): Code => code(unsigned(content.length), content)
const section = (id: number, ...pieces: readonly (number | Code)[]): Code => code(id, sized(code(...pieces)))
const text = (name: string): Code => sized(Array.from(name, (letter) => letter.charCodeAt(0)))
const takes = (parameter: number, ...results: readonly number[]): Code => code(0x60, 1, parameter, results.length, results)

/** Sections: types, functions, memory of one page, exports, code. */
const bytes = Uint8Array.from(
  code(
    code(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
    section(1, 2, takes(i32), takes(i32, f64)),
    section(3, 2, 0, 1),
    section(5, 1, 1, 1, 1),
    section(7, 3, text('memory'), 2, 0, text('mix'), 0, 0, text('fraction'), 0, 1),
    section(10, 2, sized(mix), sized(fraction)),
  ),
)

let compiled: object | undefined

/** A new program with a memory of its own. */
export function startDrawProgram(): DrawProgram {
  compiled ??= new WebAssembly.Module(bytes)
  return new WebAssembly.Instance(compiled).exports
}
