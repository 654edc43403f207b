import { afterAll, afterEach, beforeEach } from 'vitest'
import { openCount, stopOpenedSince } from '../services/cleanup.ts'

let before = 0

beforeEach(() => {
  before = openCount()
})

// What a test opened ends with it, failed or not; what a `beforeAll` opened ends with the file.
afterEach(() => stopOpenedSince(before))
afterAll(() => stopOpenedSince())
