import type { z } from 'zod';
import type { ErrorCode } from '../failure/error-codes.ts';

/** What an API key may be allowed to do. `admin` implies all but `agent`. */
export const keyScopes = ['admin', 'write', 'read', 'annotate', 'label', 'export', 'agent'] as const;
export type KeyScope = (typeof keyScopes)[number];

/**
 * Who may call an endpoint: `open` anybody; a scope, by API key or by a dashboard session that carries it;
 * `viewer` a viewer session of the agent (bearer).
 */
export type Access = 'open' | 'viewer' | KeyScope;

/** One route: where it is, who may call it, what goes in and what comes out. Endpoints are data; servers mount them, clients take their types from them. */
export interface Endpoint {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Express-style; `:name` parameters are decoded after splitting, so an id may hold `%2F`. */
  readonly path: string;
  readonly access: Access;
  /** One line for OpenAPI. */
  readonly summary: string;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly reply: z.ZodType;
  /** Codes beyond those that any route may answer (invalid-request, unauthenticated, forbidden, overloaded, internal). */
  readonly errors: readonly ErrorCode[];
  /** `nucleus` errors are exactly `{"error": sentence}`; `own` ones add `code` and `at`. */
  readonly dialect: 'nucleus' | 'own';
}

/** What a handler receives as body, parsed. */
export type BodyOf<E extends Endpoint> = E extends { body: infer B extends z.ZodType } ? z.output<B> : undefined;
/** What a client sends as body. */
export type RequestBodyOf<E extends Endpoint> = E extends { body: infer B extends z.ZodType } ? z.input<B> : undefined;
/** The parsed query string. */
export type QueryOf<E extends Endpoint> = E extends { query: infer Q extends z.ZodType } ? z.output<Q> : undefined;
/** What the route answers. */
export type ReplyOf<E extends Endpoint> = z.output<E['reply']>;

type ParamNames<P extends string> = P extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamNames<Rest>
  : P extends `${string}:${infer Name}`
    ? Name
    : never;
/** The path parameters of a route, decoded. */
export type ParamsOf<E extends Endpoint> = { [N in ParamNames<E['path']>]: string };

/** Fills the `:name` parts of a path, each percent-encoded completely. */
export function fillPath(path: string, params: Readonly<Record<string, string>>): string {
  return path.replace(/:([A-Za-z]+)/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new RangeError(`path parameter ${name} is missing`);
    return encodeURIComponent(value);
  });
}
