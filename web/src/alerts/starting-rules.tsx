import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useChange } from '../api/use-change.ts'
import { useWorkspace } from '../frame/use-me.ts'
import { EmptyPage } from '../parts/empty-page.tsx'
import { Icon } from '../parts/icon.tsx'
import { LinkButton } from '../parts/link-button.tsx'

/** Where nobody watches yet: what watching is, and the first step to it. */
export function StartingRules() {
  const { t } = useTranslation()
  const { workspace, may } = useWorkspace()
  const start = useChange('POST /workspaces/:workspace/alert-rules/starting', { stale: ['GET /workspaces/:workspace/alert-rules'] })
  return (
    <EmptyPage icon="bell" title={t('rules.emptyTitle')} text={t('rules.emptyText')}>
      {may.operate && (
        <>
          <Button
            loading={start.isPending}
            leftSection={<Icon name="check" size={14} />}
            onClick={() => start.mutate({ params: { workspace } })}
          >
            {t('rules.start')}
          </Button>
          <LinkButton to="/w/$workspace/alerts/rules" params={{ workspace }} search={{ rule: 'new' }} variant="default">
            {t('rules.make')}
          </LinkButton>
        </>
      )}
    </EmptyPage>
  )
}
