/** module.json says what the module brings, in the words of its schema. */
import { Ajv, type AnySchemaObject, type ErrorObject } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { lineAt, type Finding, type Source } from './rule.js'

/** Where the manifest breaks its schema, or gives another version than package.json. */
export function brokenManifest(manifest: Source, schema: Source, packageVersion: string): Finding[] {
  const read = [manifest, schema].map(parsed)
  const unreadable = read.flatMap((each) => ('finding' in each ? [each.finding] : []))
  const [content, rules] = read.map((each) => ('value' in each ? each.value : undefined))
  if (unreadable.length > 0) return unreadable

  const validate = ajvFor(rules as AnySchemaObject).compile(rules as AnySchemaObject)
  const broken = validate(content)
    ? []
    : (validate.errors ?? []).map((error) => finding(manifest, where(error), says(error)))
  const { version } = content as { version?: unknown }
  if (version === packageVersion) return broken
  return [
    ...broken,
    finding(manifest, 'version', `is ${JSON.stringify(version)}, package.json says "${packageVersion}"`),
  ]
}

/** The dialect that the schema names; draft-07 where it names none. Formats are hints only: no further package for them. */
function ajvFor({ $schema }: AnySchemaObject): Pick<Ajv, 'compile'> {
  const options = { allErrors: true, validateFormats: false }
  return String($schema).includes('2020-12') ? new Ajv2020(options) : new Ajv(options)
}

function parsed(source: Source): { value: unknown } | { finding: Finding } {
  try {
    return { value: JSON.parse(source.text) as unknown }
  } catch (error) {
    return { finding: { path: source.path, line: 1, message: `is no JSON: ${(error as Error).message}` } }
  }
}

function where(error: ErrorObject): string {
  const extra = (error.params as { additionalProperty?: string }).additionalProperty
  return [...error.instancePath.split('/').slice(1), ...(extra ? [extra] : [])].join('.')
}

function says(error: ErrorObject): string {
  const allowed = (error.params as { allowedValues?: unknown[] }).allowedValues
  return `${error.message ?? 'is wrong'}${allowed ? `: ${allowed.join(', ')}` : ''}`
}

function finding(manifest: Source, property: string, message: string): Finding {
  const name = property.split('.').findLast((part) => !/^\d*$/.test(part))
  const index = name ? manifest.text.indexOf(`"${name}"`) : -1
  return {
    path: manifest.path,
    line: lineAt(manifest.text, Math.max(0, index)),
    message: `${property || 'the whole'} ${message}`,
  }
}
