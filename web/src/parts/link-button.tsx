import { Button, type ButtonProps } from '@mantine/core'
import { createLink } from '@tanstack/react-router'
import type { ReactNode, Ref } from 'react'

interface AnchorButtonProps extends Omit<ButtonProps, 'href'> {
  readonly href?: string
  readonly children?: ReactNode
  readonly ref?: Ref<HTMLAnchorElement>
}

function AnchorButton(props: AnchorButtonProps) {
  return <Button component="a" {...props} />
}

/** A link that looks like a button: it leads to a page, and can be opened in another tab. */
export const LinkButton = createLink(AnchorButton)
