/**
 * Keeps zod from probing `new Function`: the pages' content security policy forbids it and would report the attempt.
 * Import this before anything that parses.
 */
import { z } from 'zod';

z.config({ jitless: true });
