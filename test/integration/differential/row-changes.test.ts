import { describe } from 'vitest'
import { itAnnouncesEveryChange } from './announces.ts'
import { type SubjectName, subjects } from './subjects.ts'

describe.each(Object.keys(subjects) as SubjectName[])('the row events of a random write on %s', (name) => {
  itAnnouncesEveryChange(name, { programs: 40, timeoutMs: 120_000 })
})
