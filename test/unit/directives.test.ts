import { expect } from 'chai'
import fc from 'fast-check'
import { Parser } from 'htmlparser2'
import { directiveWords } from '../../module/features/documents/directives/directiveWords.js'
import {
  chartNamesOf,
  fieldsOf,
  parseTemplate,
  renderTemplate,
  unknownIn,
  type Mode,
  type TemplateValues,
} from '../../module/features/documents/directives.js'
import { speakAll } from '../../module/platform/i18n.js'

const t = speakAll([directiveWords]).in('en')
const modes: readonly Mode[] = ['fill', 'read', 'file']
const nothing: TemplateValues = { chart: new Map(), answers: {} }
const PICTURE = 'data:image/png;base64,iVBORw0KGgo='

const namesIn = (text: string) => fieldsOf(parseTemplate(text)).map(({ name }) => name)
const shown = (text: string, mode: Mode, values: Partial<TemplateValues> = {}) =>
  renderTemplate(parseTemplate(text), { ...nothing, ...values }, mode, t)

describe('A template', () => {
  it('names its fields as the host does: from 0 for each kind, in order of appearance', () => {
    const text = `{TextBox}{TextBox:02x040}{TextInput}{smTextInput}{sizedTextInput:20}{DatePicker}{StandardDatePicker}
      {DateTimePicker}{CheckMark}{CheckMark}{ynRadioGroup}{TrueFalseRadioGroup}{RadioGroup:a_b}{RadioGroup:c_d}
      {RadioGroupInline:a_b}{PatientSignature}{AdminSignature}{WitnessSignature}{PatientSignature}`
    expect(namesIn(text)).to.deep.equal([
      ...['text_area0', 'text_area1', 'text_input0', 'text_input1', 'text_input2', 'text_input3', 'text_input4'],
      ...['text_input5', 'check0', 'check1', 'ynradio0', 'tfradio0', 'group_radio0', 'group_radio1', 'inline_radio0'],
      ...['patient_signature0', 'admin_signature0', 'witness_signature0', 'patient_signature1'],
    ])
  })

  it('knows every directive of the host, and shows each', () => {
    const chart = new Map(
      [...patient, 'DEM:fname', 'HIS:tobacco', 'LBFhealth:note', 'CurrentDate:Y-m-d'].map((name) => [
        name,
        { text: `value of ${name}` },
      ]),
    )
    for (const [directive, expected] of everyDirective) {
      const parts = parseTemplate(`{${directive}}`)
      expect(unknownIn(parts), directive).to.deep.equal([])
      expect(renderTemplate(parts, { ...nothing, chart }, 'fill', t), directive).to.match(expected)
      for (const mode of modes) {
        expect(renderTemplate(parts, { ...nothing, chart }, mode, t), directive).not.to.contain(`{${directive}}`)
      }
    }
  })

  it('takes the words beside a field as its label', () => {
    const label = (text: string) => fieldsOf(parseTemplate(text)).map((field) => field.label)
    expect(label('<p>Your name: {TextInput} born {DatePicker}</p>')).to.deep.equal(['Your name', 'born'])
    expect(label('<p>Tick: {CheckMark} Asthma {CheckMark} Diabetes</p>')).to.deep.equal(['Asthma', 'Diabetes'])
    expect(label('<p>Yes {CheckMark} No {CheckMark}</p>')).to.deep.equal(['Yes', 'No'])
    expect(label('<table><tr><td>Medicines</td><td>{TextBox}</td></tr></table>')).to.deep.equal(['Medicines'])
    expect(label('<table><tr><td>{CheckMark}</td><td>Asthma</td></tr></table>')).to.deep.equal(['Asthma'])
    expect(label('Your story\n{TextBox}\n{TextBox}')).to.deep.equal(['Your story', ''])
  })

  it('asks for what has a star, for signatures it says are required, and for what is to be acknowledged', () => {
    const required = (text: string) => fieldsOf(parseTemplate(text)).map((field) => field.required)
    expect(required('Name *: {TextInput} Born: {DatePicker}* City {TextInput}')).to.deep.equal([true, true, false])
    expect(required('{PatientSignature}')).to.deep.equal([false])
    expect(required('{PatientSignature}{AdminSignature}{WitnessSignature}{SignaturesRequired}')).to.deep.equal([
      ...[true, false, false],
    ])
    expect(required('{AcknowledgePdf:12:Privacy}')).to.deep.equal([true])
    expect(required('<p>{TextInput}</p><p>* means that it must be answered</p>')).to.deep.equal([false])
  })

  it('keeps directives that nobody knows as text, and tells of them', () => {
    const text = 'Dear {PatientNam}, {Foo:bar} { braces } {"json": 1} {DEM:a b}'
    expect(unknownIn(parseTemplate(text))).to.deep.equal(['{PatientNam}', '{Foo:bar}', '{DEM:a b}'])
    expect(shown(text, 'read')).to.contain('{PatientNam}').and.to.contain('{ braces }')
  })

  it('reads directives whose braces an editor has escaped', () => {
    expect(namesIn('%7BTextInput%7D %7BRadioGroup:a_b%7D')).to.deep.equal(['text_input0', 'group_radio0'])
  })

  it('keeps the lines of a text, and not those of HTML', () => {
    expect(shown('One\nTwo', 'file')).to.equal('One<br>Two')
    expect(shown('{ParseAsHTML}One\nTwo', 'file')).to.equal('One\nTwo')
    expect(shown('<p>One</p>\n<p>Two</p>', 'file')).to.equal('<p>One</p>\n<p>Two</p>')
    expect(shown('{ParseAsText}<b>One</b>\n<p>Two</p>', 'file')).to.contain('<br>')
  })

  it('fills in the chart, escaped, each value of a group with its title', () => {
    const chart = new Map([
      ['PatientName', { text: 'Ann <script>alert(1)</script>', title: 'Name' }],
      ['Allergies', { text: 'Nuts', title: 'Allergies' }],
      ['Medications', { text: 'Ibuprofen', title: 'Medications' }],
    ])
    expect(shown('Dear {PatientName}', 'read', { chart })).to.equal('Dear Ann &lt;script&gt;alert(1)&lt;/script&gt;')
    const group = '{GRP}{ITEMSEP} / {/ITEMSEP}{Allergies}{ProblemList}{Medications}{/GRP}{Allergies}'
    expect(shown(group, 'file', { chart })).to.equal('Allergies: Nuts / Medications: IbuprofenNuts')
    expect(chartNamesOf(parseTemplate(group))).to.deep.equal(['Allergies', 'ProblemList', 'Medications'])
  })

  it('gives each field a control with its name, and its error', () => {
    const text = '<p>Name *: {TextInput}</p><p>Smoker? {ynRadioGroup}</p><p>{CheckMark} I agree</p>{PatientSignature}'
    const html = shown(text, 'fill', {
      answers: { text_input0: '"quoted"', ynradio0: 'No', check0: 'on', patient_signature0: 'Ann Lee' },
      errors: { text_input0: 'Write your name.' },
    })
    expect(html).to.contain('name="text_input0" id="field-text_input0" aria-label="Name (must be answered)"')
    expect(html).to.contain('aria-describedby="field-text_input0-error" aria-invalid="true"')
    expect(html).to.contain('id="field-text_input0-error">Write your name.</span>')
    expect(html).to.contain('value="&quot;quoted&quot;"')
    expect(html).to.contain('<legend class="visually-hidden">Smoker?</legend>')
    expect(html).to.match(/name="ynradio0" value="No" checked/)
    expect(html).to.match(/name="check0" id="field-check0" aria-label="I agree" value="on" checked/)
    expect(html).to.match(/name="patient_signature0"[^>]* value="Ann Lee"/)
    // A group of choices does not stand in a paragraph.
    expect(html).not.to.match(/<p[ >]/)
  })

  it('shows what was answered: marks, choices, lines, signatures as pictures and nothing else as a picture', () => {
    const text = '{CheckMark}{CheckMark} {RadioGroupInline:Often_Never} {TextBox} {PatientSignature}{WitnessSignature}'
    const answers = {
      ...{ check0: 'on', inline_radio0: 'Never', text_area0: 'a\n<b>' },
      ...{ patient_signature0: PICTURE, witness_signature0: 'https://evil.example/x.png' },
    }
    const html = shown(text, 'file', { answers })
    expect(html).to.contain('☑☐')
    expect(html).to.contain('☐ Often').and.to.contain('<strong>☑ Never</strong>')
    expect(html).to.contain('a<br>&lt;b&gt;')
    expect(html).to.contain(`<img src="${PICTURE}" alt="Signature">`)
    expect(html).to.contain('<em>Signed by typing: https://evil.example/x.png</em>')
  })

  it('writes nothing that runs, whatever stands in it, in the chart and in the answers', () => {
    const piece = fc.oneof(fc.constantFrom(...hostile), fc.constantFrom(...directives), fc.string())
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }),
        fc.constantFrom(...modes),
        fc.constantFrom(...hostile),
        (pieces, mode, evil) => {
          const parts = parseTemplate(pieces.join(''))
          const chart = new Map(chartNamesOf(parts).map((name) => [name, { text: evil, title: evil }]))
          const fields = fieldsOf(parts)
          const said = Object.fromEntries(fields.map(({ name }) => [name, evil]))
          const html = renderTemplate(parts, { chart, answers: said, errors: said }, mode, t)
          expect(whatRuns(html)).to.deep.equal([])
        },
      ),
      { numRuns: 1500 },
    )
  })

  it('loses no field: each that is in the text is there, once and in order, in what is shown', () => {
    const piece = fc.oneof(fc.constantFrom(...directives), fc.constantFrom(...harmless))
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 15 }), (pieces) => {
        const text = pieces.join(' ')
        const fields = fieldsOf(parseTemplate(text))
        expect(fields.length).to.equal(pieces.filter((each) => isField(each)).length)
        expect(new Set(fields.map(({ name }) => name)).size).to.equal(fields.length)
        const html = shown(text, 'fill')
        for (const { by, name, kind } of fields) {
          if (by === 'staff') continue
          const at = kind === 'questionnaire' || kind === 'encounter-form' ? `id="field-${name}"` : `name="${name}"`
          expect(html, name).to.contain(at)
        }
        expect(renderTemplate(parseTemplate(text), nothing, 'file', t)).to.equal(shown(text, 'file'))
      }),
    )
  })
})

const patient = [
  ...['PatientName', 'PatientID', 'Address', 'City', 'State', 'Zip', 'PatientPhone', 'PatientDOB', 'PatientSex', 'DOS'],
  ...['ChiefComplaint', 'ReferringDOC', 'Allergies', 'Medications', 'ProblemList'],
]

/** facts §6.1, each with what a patient who fills it finds there. */
const everyDirective: readonly (readonly [string, RegExp])[] = [
  ...patient.map((name) => [name, new RegExp(`^value of ${name}$`)] as const),
  ['DEM:fname', /^value of DEM:fname$/],
  ['HIS:tobacco', /^value of HIS:tobacco$/],
  ['LBFhealth:note', /^value of LBFhealth:note$/],
  ['CurrentDate:Y-m-d', /^value of CurrentDate:Y-m-d$/],
  ...['GRP', '/GRP', 'ITEMSEP', '/ITEMSEP', 'SignaturesRequired', 'ParseAsHTML', 'ParseAsText'].map(
    (name) => [name, /^$/] as const,
  ),
  ['TextBox', /<textarea[^>]*name="text_area0"[^>]*rows="3"/],
  ['TextBox:05x040', /<textarea[^>]*name="text_area0"[^>]*rows="5" cols="40"/],
  ['TextInput', /<input type="text"[^>]*name="text_input0"[^>]*size="30"/],
  ['smTextInput', /<input type="text"[^>]*name="text_input0"[^>]*size="10"/],
  ['sizedTextInput:25', /<input type="text"[^>]*name="text_input0"[^>]*size="25"/],
  ['sizedTextInput:120px', /<input type="text"[^>]*name="text_input0"[^>]*size="15"/],
  ['DatePicker', /<input type="date"[^>]*name="text_input0"/],
  ['StandardDatePicker', /<input type="date"[^>]*name="text_input0"/],
  ['DateTimePicker', /<input type="datetime-local"[^>]*name="text_input0"/],
  ['CheckMark', /<input type="checkbox"[^>]*name="check0"/],
  ['ynRadioGroup', /name="ynradio0" value="Yes"[^]*name="ynradio0" value="No"/],
  ['TrueFalseRadioGroup', /name="tfradio0" value="True"[^]*name="tfradio0" value="False"/],
  ['RadioGroup:Often_Never', /name="group_radio0" value="Often"[^]*name="group_radio0" value="Never"/],
  ['RadioGroupInline:Often_Never', /template-inline[^]*name="inline_radio0" value="Often"/],
  ['PatientSignature', /data-signature="patient_signature0"/],
  ['WitnessSignature', /data-signature="witness_signature0"/],
  ['AdminSignature', /signed by the practice/],
  ['Questionnaire:PHQ-9', /id="field-questionnaire0"[^]*PHQ-9/],
  ['EncounterForm:Vitals', /id="field-encounter_form0"[^]*Vitals/],
  ['AcknowledgePdf:12:House rules', /House rules[^]*name="acknowledge0"/],
]

const directives = [
  ...['{PatientName}', '{DEM:fname}', '{GRP}', '{/GRP}', '{TextBox}', '{TextBox:02x010}', '{TextInput}', '{CheckMark}'],
  ...['{smTextInput}', '{sizedTextInput:5}', '{DatePicker}', '{DateTimePicker}', '{ynRadioGroup}', '{RadioGroup:a_b}'],
  ...[
    '{RadioGroupInline:x_y_z}',
    '{PatientSignature}',
    '{WitnessSignature}',
    '{AdminSignature}',
    '{SignaturesRequired}',
  ],
  ...['{Questionnaire:PHQ-9}', '{AcknowledgePdf:3:Privacy}', '{CurrentDate:Y-m-d}', '{ParseAsHTML}'],
]

function isField(directive: string): boolean {
  return /^\{(?:TextBox|TextInput|smText|sized|DatePicker|DateTime|CheckMark|ynRadio|RadioGroup|\w+Signature\}|Quest|Ackn)/.test(
    directive,
  )
}

const harmless = [
  '<p>',
  '</p>',
  '<table><tr><td>',
  '</td></tr></table>',
  '<b>',
  '</b>',
  'words *',
  '<br>',
  '&amp;',
  '{',
  '}',
]

const hostile = [
  '<script>alert(1)</script>',
  '"><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  `<img alt="{ITEMSEP}" src="${PICTURE}">`,
  '{/ITEMSEP}" onerror=alert(1) x="',
  '{ITEMSEP}',
  '<svg onload=alert(1)>',
  '<svg><style><img src=x onerror=alert(1)></style></svg>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  '<a href="javascript:alert(1)">x</a>',
  '<a href="java\nscript:alert(1)">x</a>',
  '<a href=" &#106;avascript:alert(1)">x</a>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<form action=//evil><button formaction=javascript:alert(1)>x',
  '<p style="background:url(javascript:alert(1))" onclick=alert(1)>x',
  '<div style="position:fixed;inset:0">x</div>',
  '{RadioGroup:<script>alert(1)</script>_"><img src=x onerror=alert(1)>}',
  '{AcknowledgePdf:1:"><img src=x onerror=alert(1)>}',
  '{Questionnaire:"><svg onload=alert(1)>}',
  '%7BRadioGroup:%3Cscript%3Ealert(1)%3C/script%3E_b%7D',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<textarea></textarea><img src=x onerror=alert(1)>',
  "' onmouseover=alert(1) '",
  '" onmouseover=alert(1) "',
  'data:text/html,<script>alert(1)</script>',
  'data:image/svg+xml;base64,PHN2Zy8+',
  '<base href=//evil><meta http-equiv=refresh content="0;url=javascript:alert(1)">',
  '<!--<img src=x onerror=alert(1)>-->',
  '<![CDATA[<img src=x onerror=alert(1)>]]>',
  '\u0000<scr\u0000ipt>alert(1)</script>',
]

/** Elements, handlers and addresses of a text that a browser would act on. */
function whatRuns(html: string): string[] {
  const found: string[] = []
  const parser = new Parser({
    onopentag(name, attributes) {
      if (/^(?:script|style|iframe|object|embed|svg|math|form|button|base|meta|link|template|noscript)$/.test(name)) {
        found.push(`<${name}>`)
      }
      for (const [attribute, value] of Object.entries(attributes)) {
        if (/^on|^srcdoc$|^formaction$|^hx-/i.test(attribute)) found.push(attribute)
        if (attribute === 'style' && /url|expression|position|import/i.test(value)) found.push(value)
        if (attribute === 'href' && !/^(?:https?:|mailto:|tel:)/.test(value)) found.push(value)
        if (attribute === 'src' && !/^data:image\/(?:png|jpeg);base64,/.test(value)) found.push(value)
      }
    },
  })
  parser.end(html)
  return found
}
