import QRCode from 'qrcode'

/** A QR code as the squares of one path, for a template's <svg> and for a PDF alike. */
export interface QrPath {
  /** Modules on each side, the quiet margin included: the viewBox. */
  size: number
  /** Of an SVG path in that box. */
  path: string
}

/** The margin that readers need (ISO/IEC 18004). */
const QUIET = 4

export function qrPath(text: string): QrPath {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'M' })
  const dark = Array.from(modules.data.entries()).filter(([, on]) => on === 1)
  const squares = dark.map(([at]) => {
    const [x, y] = [QUIET + (at % modules.size), QUIET + Math.floor(at / modules.size)]
    return `M${String(x)} ${String(y)}h1v1h-1z`
  })
  return { size: modules.size + 2 * QUIET, path: squares.join('') }
}
