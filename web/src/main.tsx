import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import '@mantine/spotlight/styles.css'
import './theme/theme.css'
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { createRoot } from 'react-dom/client'
import { watchMissingParts } from './api/missing-parts.ts'
import { queryClient } from './api/questions.ts'
import { startLanguage } from './language/language.ts'
import { router } from './router.tsx'
import { adoptThemeVariables, theme } from './theme/theme.ts'

const colours = localStorageColorSchemeManager({ key: 'millrace.colours' })

watchMissingParts()
adoptThemeVariables()
await startLanguage()

const place = document.getElementById('console')
if (place !== null) {
  createRoot(place).render(
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={colours}
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <Notifications position="bottom-right" limit={4} />
      </QueryClientProvider>
    </MantineProvider>,
  )
}
