/** Builds the console into web/dist, unless it was built from the same files already. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { build } from 'vite'

const root = path.resolve(import.meta.dirname, '..')
const mark = path.join(root, 'web/dist/.inputs')
const inputs = ['web/src', 'src/base', 'src/data', 'src/plan', 'src/sql', 'src/api/contract']
const files = ['web/index.html', 'web/vite.config.ts', 'web/tsconfig.json', 'package-lock.json', 'package.json']

function hashOfInputs(): string {
  const hash = createHash('sha256')
  const found = inputs.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.(?:test|fixture)\.tsx?$/.test(entry.name))
      .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name))),
  )
  for (const file of [...files, ...found].toSorted())
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(root, file)))
      .update('\0')
  return hash.digest('hex')
}

/** Compresses once what would else be compressed, or not, for each visitor. */
function compressAssets(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!/\.(?:js|css|svg)$/.test(name)) continue
    const bytes = readFileSync(path.join(folder, name))
    writeFileSync(path.join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }))
    writeFileSync(path.join(folder, `${name}.br`), brotliCompressSync(bytes))
  }
}

const hash = hashOfInputs()
if (!existsSync(mark) || readFileSync(mark, 'utf8') !== hash) {
  await build({ configFile: path.join(root, 'web/vite.config.ts'), logLevel: 'warn' })
  compressAssets(path.join(root, 'web/dist/assets'))
  writeFileSync(mark, hash)
}
