import { utf8Bytes } from '../ids/ids.ts';
import { QueryError } from './query-error.ts';
import {
  type ArithmeticOp,
  type CompareOp,
  type ConditionNode,
  compareOps,
  type FieldPath,
  isFieldRoot,
  queryLimits,
  type Span,
  type ValueNode,
} from './query-tree.ts';
import { type Keyword, type Token, tokenize } from './tokenize.ts';

/**
 * Parses a query of the Nucleus language (wire contract 4.6) into a tree. Beyond it: `NOT`, `IN (…)`, `CONTAINS "text"` and
 * `IS MISSING`, each of which the pages' facets write. Precedence, loosest first: OR, AND, NOT, comparison, + -, %.
 * A bare word is a field on the left of a comparison and a text on its right.
 * @param shorthands fields that may be written `field:value` as well
 * @throws QueryError with the range of characters that is wrong.
 */
export function parseQuery(text: string, shorthands: readonly string[] = []): ConditionNode {
  if (utf8Bytes(text) > queryLimits.bytes) {
    throw new QueryError(`A query may be ${queryLimits.bytes} bytes long; this one is longer.`, {
      start: 0,
      end: text.length,
    });
  }
  const parser = new Parser(tokenize(text, shorthands));
  const tree = parser.condition();
  parser.expectEnd();
  return tree;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;
  #terms = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  condition(): ConditionNode {
    return this.#nested(() => this.#chain('OR', 'or', () => this.#chain('AND', 'and', () => this.#negation())));
  }

  expectEnd(): void {
    const token = this.#peek();
    if (token.kind === 'end') return;
    if (token.text === ')') throw new QueryError('This bracket closes nothing.', token);
    throw new QueryError(`Expected AND, OR or the end, not ${shown(token)}.`, token);
  }

  #chain(keyword: Keyword, kind: 'and' | 'or', next: () => ConditionNode): ConditionNode {
    const first = next();
    const terms = [first];
    while (this.#takeKeyword(keyword)) terms.push(next());
    return terms.length === 1 ? first : { kind, terms, start: first.start, end: (terms.at(-1) ?? first).end };
  }

  #negation(): ConditionNode {
    const not = this.#takeKeyword('NOT');
    if (!not) return this.#primary();
    const term = this.#nested(() => this.#negation());
    return { kind: 'not', term, start: not.start, end: term.end };
  }

  #primary(): ConditionNode {
    const open = this.#peek();
    if (open.text === '(' && open.kind === 'symbol' && !this.#bracketHoldsValue()) {
      this.#at += 1;
      const inner = this.condition();
      const close = this.#peek();
      if (!this.#takeSymbol(')')) throw new QueryError(`Expected ) before ${shown(close)}.`, close);
      return { ...inner, start: open.start, end: close.end };
    }
    return this.#comparison();
  }

  /** Whether the bracket at hand groups arithmetic: its partner is followed by an operator. Brackets are few: the terms are capped. */
  #bracketHoldsValue(): boolean {
    let open = 0;
    for (let at = this.#at; at < this.#tokens.length; at++) {
      const token = this.#tokens[at];
      if (token?.kind === 'keyword') return false;
      if (token?.kind !== 'symbol') continue;
      if ((compareOps as readonly string[]).includes(token.text)) return false;
      if (token.text === '(') open += 1;
      if (token.text === ')' && --open === 0) return true;
    }
    return false;
  }

  #comparison(): ConditionNode {
    this.#terms += 1;
    const left = this.#value('left');
    if (this.#terms > queryLimits.terms) {
      throw new QueryError(`A query may have ${queryLimits.terms} conditions; this is one more.`, left);
    }
    const token = this.#peek();
    if (token.kind === 'keyword' && token.text !== 'AND' && token.text !== 'OR') return this.#worded(left);
    const op = compareOps.find((each) => token.kind === 'symbol' && token.text === each);
    if (op === undefined) throw new QueryError(missingOperator(left, token), token.kind === 'end' ? left : token);
    this.#at += 1;
    const right = this.#value('right');
    return { kind: 'compare', op: op satisfies CompareOp, left, right, start: left.start, end: right.end };
  }

  /** `field [NOT] IN (…)`, `field [NOT] CONTAINS "text"`, `field IS [NOT] MISSING`. */
  #worded(left: ValueNode): ConditionNode {
    const word = this.#peek();
    if (left.kind !== 'field') throw new QueryError(`Before ${word.text} a field is needed.`, left);
    if (this.#takeKeyword('IS')) {
      const negated = this.#takeKeyword('NOT') !== undefined;
      const missing = this.#takeKeyword('MISSING');
      if (!missing) throw new QueryError('After IS comes MISSING or NOT MISSING.', this.#peek());
      return { kind: 'missing', field: left, negated, start: left.start, end: missing.end };
    }
    const negated = this.#takeKeyword('NOT') !== undefined;
    if (this.#takeKeyword('CONTAINS')) {
      const text = this.#peek();
      if (text.kind !== 'quoted' && text.kind !== 'word' && text.kind !== 'number') {
        throw new QueryError(`After CONTAINS comes a text, not ${shown(text)}.`, text);
      }
      this.#at += 1;
      return { kind: 'contains', field: left, text: text.text, negated, start: left.start, end: text.end };
    }
    if (this.#takeKeyword('IN')) return this.#list(left, negated);
    throw new QueryError(`Expected an operator, not ${shown(word)}.`, word);
  }

  #list(field: FieldPath, negated: boolean): ConditionNode {
    const open = this.#peek();
    if (!this.#takeSymbol('(')) throw new QueryError('After IN comes a list in brackets.', open);
    const values: ValueNode[] = [];
    do {
      this.#terms += 1;
      values.push(this.#value('right'));
      if (this.#terms > queryLimits.terms) {
        throw new QueryError(`A query may have ${queryLimits.terms} conditions and list members together.`, open);
      }
    } while (this.#takeSymbol(','));
    const close = this.#peek();
    if (!this.#takeSymbol(')')) throw new QueryError(`Expected , or ) before ${shown(close)}.`, close);
    return { kind: 'in', field, values, negated, start: field.start, end: close.end };
  }

  #value(side: 'left' | 'right'): ValueNode {
    return this.#arithmetic(['+', '-'], () => this.#arithmetic(['%'], () => this.#atom(side)));
  }

  #arithmetic(ops: readonly ArithmeticOp[], next: () => ValueNode): ValueNode {
    let left = next();
    for (;;) {
      const op = ops.find((each) => this.#takeSymbol(each));
      if (op === undefined) return left;
      const right = next();
      left = { kind: 'arithmetic', op, left, right, start: left.start, end: right.end };
    }
  }

  #atom(side: 'left' | 'right'): ValueNode {
    const token = this.#peek();
    if (token.kind === 'number') {
      this.#at += 1;
      return { kind: 'number', value: token.value, start: token.start, end: token.end };
    }
    if (token.text === '-' && token.kind === 'symbol') return this.#negative(token);
    if (token.kind === 'quoted' && !this.#dotFollows()) {
      this.#at += 1;
      return { kind: 'text', value: token.text, start: token.start, end: token.end };
    }
    if (token.kind === 'word' || token.kind === 'quoted') return this.#path(side);
    if (token.text === '(' && token.kind === 'symbol') {
      this.#at += 1;
      const inner = this.#nested(() => this.#value(side));
      const close = this.#peek();
      if (!this.#takeSymbol(')')) throw new QueryError(`Expected ) before ${shown(close)}.`, close);
      return { ...inner, start: token.start, end: close.end };
    }
    const wanted = side === 'left' ? 'a field' : 'a value';
    throw new QueryError(`Expected ${wanted}, not ${shown(token)}.`, token);
  }

  #negative(minus: Span): ValueNode {
    this.#at += 1;
    const token = this.#peek();
    if (token.kind !== 'number') throw new QueryError(`After - comes a number, not ${shown(token)}.`, token);
    this.#at += 1;
    return { kind: 'number', value: -token.value, start: minus.start, end: token.end };
  }

  #path(side: 'left' | 'right'): ValueNode {
    const first = this.#take();
    const path = [first.text];
    let end = first.end;
    while (this.#takeSymbol('.')) {
      const part = this.#peek();
      if (part.kind !== 'word' && part.kind !== 'quoted') {
        throw new QueryError(`After the dot comes a name, not ${shown(part)}.`, part);
      }
      this.#at += 1;
      path.push(part.text);
      end = part.end;
    }
    if (side === 'right' && !isFieldRoot(first.text)) {
      return { kind: 'text', value: path.join('.'), start: first.start, end };
    }
    return { kind: 'field', path, start: first.start, end };
  }

  #nested<T>(parse: () => T): T {
    this.#depth += 1;
    if (this.#depth > queryLimits.depth + 1) {
      throw new QueryError(`Brackets may be ${queryLimits.depth} deep; these are deeper.`, this.#peek());
    }
    const result = parse();
    this.#depth -= 1;
    return result;
  }

  #peek(): Token {
    const token = this.#tokens[this.#at] ?? this.#tokens.at(-1);
    if (!token) throw new RangeError('a token list ends with an end token');
    return token;
  }

  #take(): Token {
    const token = this.#peek();
    this.#at += 1;
    return token;
  }

  #dotFollows(): boolean {
    const next = this.#tokens[this.#at + 1];
    return next?.kind === 'symbol' && next.text === '.';
  }

  #takeSymbol(text: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'symbol' || token.text !== text) return false;
    this.#at += 1;
    return true;
  }

  #takeKeyword(text: Keyword): Token | undefined {
    const token = this.#peek();
    if (token.kind !== 'keyword' || token.text !== text) return undefined;
    this.#at += 1;
    return token;
  }
}

function shown(token: Token): string {
  return token.kind === 'end' ? 'the end' : `"${token.text}"`;
}

function missingOperator(left: ValueNode, token: Token): string {
  const name = left.kind === 'field' ? left.path.join('.') : 'this value';
  return token.kind === 'end'
    ? `After ${name} an operator is needed: = != < <= > >=.`
    : `After ${name} an operator is needed, not ${shown(token)}.`;
}
