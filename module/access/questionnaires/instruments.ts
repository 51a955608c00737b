/**
 * Scales that are known by their LOINC codes, so that they are scored and banded wherever they come from: those that a
 * host has imported carry no bands. PHQ-9: Kroenke, Spitzer, Williams 2001. GAD-7: Spitzer and others 2006.
 */
import type { Band, Code, Flag } from './model.js'

interface Instrument {
  /** LOINC codes of the panel. */
  codes: readonly string[]
  /** LOINC codes of the questions that count. */
  counted: readonly string[]
  bands: readonly Band[]
  /** LOINC codes of questions of which any answer that counts may need help at once. */
  urgent: readonly string[]
}

const instruments: readonly Instrument[] = [
  {
    codes: ['44249-1', '89204-2'],
    counted: ['44250-9', '44255-8', '44259-0', '44254-1', '44251-7', '44258-2', '44252-5', '44253-3', '44260-8'],
    bands: [
      band(0, 'none', 'Minimal', 'Mínima'),
      band(5, 'none', 'Mild', 'Leve'),
      band(10, 'look', 'Moderate', 'Moderada'),
      band(15, 'look', 'Moderately severe', 'Moderadamente grave'),
      band(20, 'look', 'Severe', 'Grave'),
    ],
    urgent: ['44260-8'],
  },
  {
    codes: ['69737-5'],
    counted: ['69725-0', '68509-9', '69733-4', '69734-2', '69735-9', '69689-8', '69736-7'],
    bands: [
      band(0, 'none', 'Minimal', 'Mínima'),
      band(5, 'none', 'Mild', 'Leve'),
      band(10, 'look', 'Moderate', 'Moderada'),
      band(15, 'look', 'Severe', 'Grave'),
    ],
    urgent: [],
  },
]

function band(from: number, flag: Flag, text: string, es: string): Band {
  return { from, flag, label: { text, in: { es } } }
}

const LOINC = 'http://loinc.org'

/** The scale that these codes name. Undefined: none that is known. */
export function instrumentOf(codes: readonly Code[]): Instrument | undefined {
  return instruments.find((instrument) => instrument.codes.some((code) => hasLoinc(codes, [code])))
}

/** Whether one of the codes is one of these of LOINC. */
export function hasLoinc(codes: readonly Code[], wanted: readonly string[]): boolean {
  return codes.some(({ system, code }) => system === LOINC && code !== undefined && wanted.includes(code))
}
