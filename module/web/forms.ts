import { z } from 'zod'

/** What a posted form says, or why it can't be used, field by field, with everything that was typed. */
export type FormRead<Value> = { ok: true; value: Value; typed: Typed } | { ok: false; errors: FormErrors; typed: Typed }

/** Keys of words, by field. */
export type FormErrors = Readonly<Record<string, string>>
export type Typed = Readonly<Record<string, string>>

/** Reads fields by a schema whose messages are keys of words. Fields with several values arrive as arrays. */
export function readForm<Schema extends z.ZodType>(schema: Schema, body: unknown): FormRead<z.output<Schema>> {
  const typed = typedFields(body)
  const read = schema.safeParse(body ?? {})
  if (read.success) return { ok: true, value: read.data, typed }
  const errors: Record<string, string> = {}
  for (const issue of read.error.issues) {
    const field = String(issue.path[0] ?? '')
    errors[field] ??= issue.message
  }
  return { ok: false, errors, typed }
}

function typedFields(body: unknown): Typed {
  const fields = Object.entries((body ?? {}) as Record<string, unknown>)
  return Object.fromEntries(fields.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])))
}

/** Text that must be there: trimmed, line ends as \n, within `most` characters. */
export function text(most: number, missing: string, tooLong = 'form.tooLong'): z.ZodType<string> {
  return optionalText(most, tooLong).refine((value) => value !== '', missing)
}

/** Text that may be missing: then ''. */
export function optionalText(most: number, tooLong = 'form.tooLong'): z.ZodType<string> {
  return z
    .string(tooLong)
    .optional()
    .default('')
    .transform((value) =>
      value
        .replace(/\r\n?/g, '\n')
        .replace(/(?![\n\t])\p{Cc}/gu, '')
        .trim(),
    )
    .refine((value) => value.length <= most, tooLong)
}

/** A positive whole number: an id that was picked from a list. */
export function chosenId(missing: string): z.ZodType<number> {
  return z
    .string(missing)
    .regex(/^[1-9]\d{0,9}$/, missing)
    .transform(Number)
}
