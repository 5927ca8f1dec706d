import { expect, test } from 'vitest';
import { BodyBudget } from './body-budget.ts';

const megabyte = 1024 * 1024;
const overloaded = expect.objectContaining({ code: 'overloaded', retryAfterS: 1 });

test('bodies are counted until they are let go, once', () => {
  const budget = new BodyBudget(100 * megabyte);
  const first = budget.hold('one', 40 * megabyte);
  expect(() => budget.hold('one', 20 * megabyte)).toThrow(overloaded);
  first();
  first();
  expect(budget.heldBytes).toBe(0);
  budget.hold('one', 30 * megabyte);
  budget.hold('one', 20 * megabyte);
  expect(budget.heldBytes).toBe(50 * megabyte);
});

test('a tenant leaves room for another, who always has one body while there is room at all', () => {
  const budget = new BodyBudget(100 * megabyte);
  budget.hold('noisy', 40 * megabyte);
  const last = budget.hold('quiet', 60 * megabyte);
  expect(() => budget.hold('third', megabyte)).toThrow(overloaded);
  expect(() => budget.hold('noisy', megabyte)).toThrow(overloaded);
  last();
  budget.hold('third', megabyte);
});

test('small bodies are taken however many large ones there are', () => {
  const budget = new BodyBudget(megabyte);
  budget.hold('one', megabyte);
  budget.hold('one', 64 * 1024)();
  expect(budget.heldBytes).toBe(megabyte);
});
