/** Arguments of calls: expressions, and the other things that may stand there. */
import type { Expression } from '#plan'
import { sqlErrors } from '../errors.ts'
import { nameText } from '../syntax/tree/name.ts'
import type * as tree from '../syntax/tree.ts'
import { textConstant } from './literals.ts'
import type { Place } from './place.ts'

/** Arguments as plain expressions: words become texts. */
export function boundArguments(call: tree.Call, place: Place): Expression[] {
  return place.context.all(call.arguments.map((argument) => () => boundArgument(argument, call, place)))
}

function boundArgument(argument: tree.Argument, call: tree.Call, place: Place): Expression {
  switch (argument.kind) {
    case 'symbol':
      return textConstant(argument.word.replace(/^SQL_TSI_/, ''))
    case 'star':
      throw sqlErrors.SQL_STAR_ARGUMENT({ function: nameText(call.name) }, { position: argument.position })
    case 'descriptor':
    case 'table-argument':
    case 'model-argument':
    case 'default-argument':
      throw sqlErrors.SQL_ARGUMENT_PLACE(
        { what: argumentWords[argument.kind], function: nameText(call.name) },
        { position: argument.position },
      )
    case 'named-argument':
      throw sqlErrors.SQL_NOT_SUPPORTED(
        { what: `naming the arguments of ${nameText(call.name)}` },
        { position: argument.position, hint: 'Give them in order, without names.' },
      )
    default:
      return place.bind(argument)
  }
}

const argumentWords = {
  descriptor: 'DESCRIPTOR(…)',
  'table-argument': 'a table',
  'model-argument': 'a model',
  'default-argument': 'DEFAULT',
}
