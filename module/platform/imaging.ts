/** sharp, with libvips behind it: a tenth of all that a server carries, and most requests have no picture. */
export async function imaging() {
  return (await import('sharp')).default
}
