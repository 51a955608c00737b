import { column, type Step } from './step.js'

const file = '0040-host-texts'

/**
 * The text of a document in its row of the host's (`full_document`) as it was when Foyer last wrote it or took it over: hex
 * SHA-256. Another one there means that the host's own screens wrote since. NULL: saved before such things were kept.
 */
export const hostTexts: readonly Step[] = [
  column(file, 'filled', 'host_text', 'CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL'),
]
