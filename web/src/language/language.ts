/** The language of the console: what was chosen, else what the browser prefers. English comes at once, others when they are needed. */
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import english from './en.json' with { type: 'json' }

export const languages = { en: 'English', zh: '中文' } as const
export type Language = keyof typeof languages

declare module 'i18next' {
  /** Keys of texts are checked against the English ones. */
  interface CustomTypeOptions {
    defaultNS: 'translation'
    resources: { translation: typeof english }
  }
}

const kept = 'millrace.language'

function isLanguage(text: string | null | undefined): text is Language {
  return text === 'en' || text === 'zh'
}

function preferred(): Language {
  const chosen = localStorage.getItem(kept)
  if (isLanguage(chosen)) return chosen
  return navigator.languages.map((each) => each.slice(0, 2)).find(isLanguage) ?? 'en'
}

async function load(language: Language): Promise<void> {
  if (language === 'zh' && !i18next.hasResourceBundle('zh', 'translation')) {
    const { default: texts } = await import('./zh.json', { with: { type: 'json' } })
    i18next.addResourceBundle('zh', 'translation', texts)
  }
}

export async function startLanguage(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: english } },
    // React writes texts as texts: names with signs of HTML in them must not be escaped twice.
    interpolation: { escapeValue: false },
  })
  await speak(preferred())
}

async function speak(language: Language): Promise<void> {
  await load(language)
  await i18next.changeLanguage(language)
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(kept, language)
  await speak(language)
}

export function currentLanguage(): Language {
  return isLanguage(i18next.language) ? i18next.language : 'en'
}
