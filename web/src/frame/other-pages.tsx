import { Button } from '@mantine/core'
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { isMissingPart } from '../api/missing-parts.ts'
import { EmptyPage } from '../parts/empty-page.tsx'
import { ErrorCard } from '../parts/failure-card.tsx'
import { LinkButton } from '../parts/link-button.tsx'

export function MissingPage() {
  const { t } = useTranslation()
  return (
    <EmptyPage icon="search" title={t('pages.missingTitle')} text={t('pages.missingText')}>
      <LinkButton to="/" variant="default">
        {t('pages.home')}
      </LinkButton>
    </EmptyPage>
  )
}

export function BrokenPage({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation()
  const router = useRouter()
  return (
    <div className="stack" style={{ padding: 24, maxWidth: 640 }}>
      <ErrorCard error={error} />
      <div>
        <Button
          variant="default"
          onClick={() => {
            // What a browser could not load once, it does not ask for again.
            if (isMissingPart(error)) return location.reload()
            reset()
            void router.invalidate()
          }}
        >
          {t('act.tryAgain')}
        </Button>
      </div>
    </div>
  )
}

export function WaitingPage() {
  const { t } = useTranslation()
  return (
    <p className="quiet" style={{ padding: 24 }} role="status">
      {t('pages.waiting')}
    </p>
  )
}
