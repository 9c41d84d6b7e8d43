import { Button, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../api/call.ts'
import { useWorkspace } from '../frame/use-me.ts'
import { readNotebook } from '../notebook/notebook-text.ts'
import { ageText, timeText } from '../parts/amount.ts'
import { EmptyPage } from '../parts/empty-page.tsx'
import { ErrorCard } from '../parts/failure-card.tsx'
import { Icon } from '../parts/icon.tsx'
import { Page } from '../parts/page.tsx'
import { useNow } from '../parts/use-now.ts'
import { firstNotebook, tourNotebook } from './first-notebook.ts'
import style from './notebooks-page.module.css'
import { plainLine } from './plain-line.ts'
import { useNewNotebook } from './use-new-notebook.ts'

const route = getRouteApi('/frame/w/$workspace/notebooks')
const fileBytesMax = 1_048_576

export function NotebooksPage() {
  const { t } = useTranslation()
  const { workspace, may } = useWorkspace()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const { data, error, hasNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: ['GET /workspaces/:workspace/notebooks', { workspace, ...search }],
    queryFn: ({ pageParam, signal }) => {
      const query = pageParam === '' ? search : { ...search, cursor: pageParam }
      return call('GET /workspaces/:workspace/notebooks', { params: { workspace }, query }, signal)
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (last) => last,
  })
  const lines = data?.pages.flatMap(({ items }) => items) ?? []
  const isFiltered = Object.keys(search).length > 0
  const change = (changes: { search?: string | undefined; folder?: string | undefined; tag?: string | undefined }): void =>
    void navigate({ search: (last) => ({ ...last, ...changes }) as typeof search, replace: true })
  const isEmpty = data !== undefined && lines.length === 0 && !isFiltered
  return (
    <Page title={t('nav.notebooks')} actions={may.develop && !isEmpty && <MakeNotebook />}>
      {error !== null && <ErrorCard error={error} />}
      {isEmpty ? (
        <EmptyPage icon="notebook" title={t('notebooks.emptyTitle')} text={t('notebooks.emptyText')}>
          {may.develop && <MakeNotebook withTour />}
        </EmptyPage>
      ) : (
        <div className="stack">
          <div className="row wrap">
            <TextInput
              type="search"
              className={style['search'] ?? ''}
              aria-label={t('notebooks.search')}
              placeholder={t('notebooks.search')}
              leftSection={<Icon name="search" size={14} />}
              defaultValue={search.search ?? ''}
              onChange={({ currentTarget: { value } }) => change({ search: value || undefined })}
            />
            {search.folder !== undefined && <Picked icon="folder" text={search.folder} onRemove={() => change({ folder: undefined })} />}
            {search.tag !== undefined && <Picked icon="tag" text={search.tag} onRemove={() => change({ tag: undefined })} />}
            <span className="grow" />
            {data !== undefined && (
              <span className="quiet small" role="status">
                {t('notebooks.count', { count: data.pages[0]?.total ?? 0 })}
              </span>
            )}
          </div>
          {data !== undefined && lines.length === 0 ? (
            <EmptyPage icon="search" title={t('notebooks.noneTitle')} text={t('jobs.noneText')}>
              <Button variant="default" onClick={() => void navigate({ search: {}, replace: true })}>
                {t('notebooks.showAll')}
              </Button>
            </EmptyPage>
          ) : (
            <ul className={style['list']}>
              {lines.map((line) => (
                <NotebookLine key={line.id} line={line} onFolder={(folder) => change({ folder })} onTag={(tag) => change({ tag })} />
              ))}
            </ul>
          )}
          {hasNextPage && (
            <div>
              <Button variant="default" onClick={() => void fetchNextPage()}>
                {t('act.more')}
              </Button>
            </div>
          )}
        </div>
      )}
    </Page>
  )
}

type Line = Awaited<ReturnType<typeof call<'GET /workspaces/:workspace/notebooks'>>>['items'][number]

interface NotebookLineProps {
  readonly line: Line
  readonly onFolder: (folder: string) => void
  readonly onTag: (tag: string) => void
}

function NotebookLine({ line, onFolder, onTag }: NotebookLineProps) {
  const { t, i18n } = useTranslation()
  const { workspace } = useWorkspace()
  const now = useNow()
  const { id, title, folder, tags, cells, excerpt, changedAt, changedBy } = line
  return (
    <li className={style['line']}>
      <span className={style['sign']}>
        <Icon name="notebook" size={18} />
      </span>
      <div className="grow">
        <Link
          to="/w/$workspace/notebooks/$notebook"
          params={{ workspace, notebook: id }}
          className={`${style['link']} one-line`}
          title={title}
        >
          {title}
        </Link>
        <p className={`${style['excerpt']} one-line`}>{plainLine(excerpt)}</p>
        <div className={style['under']}>
          {folder !== '' && (
            <button type="button" className={style['pick']} onClick={() => onFolder(folder)}>
              <Icon name="folder" size={12} /> {folder}
            </button>
          )}
          {tags.slice(0, 5).map((tag) => (
            <button key={tag} type="button" className={style['tag']} onClick={() => onTag(tag)}>
              {tag}
            </button>
          ))}
          <span>{t('notebooks.cells', { count: cells })}</span>
        </div>
      </div>
      <div className={style['changed']}>
        <span>{changedBy}</span>
        <time dateTime={new Date(changedAt).toISOString()} title={timeText(changedAt)}>
          {t('ago', { age: ageText(Math.max(0, now - changedAt), i18n.language) })}
        </time>
      </div>
    </li>
  )
}

interface PickedProps {
  readonly icon: 'folder' | 'tag'
  readonly text: string
  readonly onRemove: () => void
}

function Picked({ icon, text, onRemove }: PickedProps) {
  const { t } = useTranslation()
  return (
    <Button
      variant="default"
      leftSection={<Icon name={icon} size={12} />}
      rightSection={<Icon name="close" size={12} />}
      title={t('jobs.unpick')}
      onClick={onRemove}
    >
      {text}
    </Button>
  )
}

function MakeNotebook({ withTour = false }: { readonly withTour?: boolean }) {
  const { t } = useTranslation()
  const file = useRef<HTMLInputElement>(null)
  const { create, isCreating } = useNewNotebook()
  const read = async (given: File | undefined): Promise<void> => {
    if (given === undefined) return
    if (given.size > fileBytesMax) notifications.show({ color: 'red', message: t('notebooks.fileTooLarge') })
    else create(readNotebook(given.name, await given.text()))
  }
  return (
    <>
      <input
        ref={file}
        type="file"
        hidden
        accept=".sql,.md,.markdown,.txt"
        aria-label={t('notebooks.import')}
        onChange={({ currentTarget }) => {
          void read(currentTarget.files?.[0])
          currentTarget.value = ''
        }}
      />
      <Button variant="default" leftSection={<Icon name="upload" size={14} />} onClick={() => file.current?.click()}>
        {t('notebooks.import')}
      </Button>
      {withTour && (
        <Button variant="default" loading={isCreating} onClick={() => create(tourNotebook(t))}>
          {t('notebooks.tour')}
        </Button>
      )}
      <Button leftSection={<Icon name="plus" size={14} />} loading={isCreating} onClick={() => create(firstNotebook(t))}>
        {t('notebooks.make')}
      </Button>
    </>
  )
}
