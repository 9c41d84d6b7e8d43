/** Hands a text to the browser as a file. */
export function saveFile(title: string, ending: 'md' | 'sql', text: string): void {
  const name = title.replace(/[^\p{L}\p{N} ._-]+/gu, '-').trim() || 'notebook'
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = address
  link.download = `${name}.${ending}`
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
