import type { ReactNode } from 'react'
import { chooseLanguage, currentLanguage, type Language, languages } from '../language/language.ts'
import { Mark } from '../parts/icon.tsx'
import style from './door.module.css'

interface DoorProps {
  readonly title: string
  readonly text?: string
  readonly children: ReactNode
}

/** The frame of the pages before one is inside. */
export function Door({ title, text, children }: DoorProps) {
  return (
    <main className={style['door']}>
      <div className={style['card']}>
        <div className={style['brand']}>
          <Mark size={32} />
          <span>Millrace</span>
        </div>
        <div>
          <h1>{title}</h1>
          {text !== undefined && <p className="quiet">{text}</p>}
        </div>
        {children}
      </div>
      <div className={style['languages']}>
        {(Object.keys(languages) as Language[]).map((language) => (
          <button
            key={language}
            type="button"
            lang={language}
            aria-pressed={language === currentLanguage()}
            onClick={() => void chooseLanguage(language)}
          >
            {languages[language]}
          </button>
        ))}
      </div>
    </main>
  )
}
