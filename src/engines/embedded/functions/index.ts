/** How every function of the signature table is computed: one family a file. */
import type { FunctionName } from '#plan'
import { arithmeticEvaluations } from './arithmetic.ts'
import { bitmapEvaluations } from './bitmap.ts'
import { clockEvaluations } from './clock.ts'
import { collectionEvaluations } from './collection.ts'
import { comparisonEvaluations } from './comparison.ts'
import { conditionalEvaluations } from './conditional.ts'
import { encodingEvaluations } from './encoding.ts'
import type { Evaluation } from './evaluation.ts'
import { extractEvaluations } from './extract.ts'
import { hashEvaluations } from './hash.ts'
import { intervalEvaluations } from './interval.ts'
import { jsonEvaluations } from './json.ts'
import { logicEvaluations } from './logic.ts'
import { patternEvaluations } from './pattern.ts'
import { printfEvaluations } from './printf.ts'
import { randomEvaluations } from './random.ts'
import { realEvaluations } from './real.ts'
import { roundTimeEvaluations } from './round-time.ts'
import { roundingEvaluations } from './rounding.ts'
import { structuredEvaluations } from './structured.ts'
import { systemEvaluations } from './system.ts'
import { textEvaluations } from './text.ts'
import { textSearchEvaluations } from './text-search.ts'
import { timeTextEvaluations } from './time-text.ts'
import { urlEvaluations } from './url.ts'
import { variantEvaluations } from './variant.ts'

export const evaluations = {
  ...comparisonEvaluations,
  ...logicEvaluations,
  ...arithmeticEvaluations,
  ...roundingEvaluations,
  ...realEvaluations,
  ...randomEvaluations,
  ...textEvaluations,
  ...textSearchEvaluations,
  ...encodingEvaluations,
  ...urlEvaluations,
  ...printfEvaluations,
  ...patternEvaluations,
  ...clockEvaluations,
  ...extractEvaluations,
  ...roundTimeEvaluations,
  ...intervalEvaluations,
  ...timeTextEvaluations,
  ...conditionalEvaluations,
  ...jsonEvaluations,
  ...variantEvaluations,
  ...collectionEvaluations,
  ...hashEvaluations,
  ...bitmapEvaluations,
  ...structuredEvaluations,
  ...systemEvaluations,
} satisfies Record<FunctionName, Evaluation>
