/**
 * Makes dependency-cruiser read every import of a TypeScript file, JSX included. Its own reader on top of @swc/core
 * refuses JSX and passes over some nodes, so the parser is wrapped here: each file is parsed once, all that imports is
 * collected by a walk over the whole tree, and the cruiser is handed a module made of nothing but imports.
 */
import swc from '@swc/core';

const parse = swc.parseFileSync;

/** Absolute file → specifier → is every import of it type-only? */
const typeOnly = new Map();
/** Absolute files with an import that names no literal, which no rule can judge. */
export const computedImports = [];

/** Did our reader see this file? A file that another parser took, or none, was not checked. */
export const wasRead = (file) => typeOnly.has(file);

/** Is `specifier` imported by `file` for its types alone? */
export function importsOnlyTypes(file, specifier) {
  const found = typeOnly.get(file);
  return (found?.get(specifier) ?? found?.get(`node:${specifier}`)) === true;
}

export function readImportsWithSwc() {
  swc.parseFileSync = (file, options) => {
    const module = parse(file, { ...options, tsx: /[.][jt]sx$/.test(file) });
    const found = new Map();
    const body = [];
    const add = (specifier, isType) => {
      found.set(specifier, (found.get(specifier) ?? true) && isType);
      body.push(importOf(specifier, module.span));
    };
    walk(module.body, (node) => {
      if (node.type === 'TsImportType') add(node.argument.value, true);
      else if (node.type === 'TsExternalModuleReference') add(node.expression.value, false);
      else if (isDeclaration(node) && node.source) add(node.source.value, isTypeDeclaration(node));
      else if (node.type === 'CallExpression' && isImporting(node.callee)) {
        const specifier = literal(node.arguments[0]?.expression);
        if (specifier === undefined) computedImports.push(file);
        else add(specifier, false);
      } else if (node.type === 'MemberExpression' && node.property.value === 'getBuiltinModule')
        computedImports.push(file);
    });
    typeOnly.set(file, found);
    return { ...module, body };
  };
}

function walk(node, visit) {
  if (Array.isArray(node)) for (const one of node) walk(one, visit);
  else if (node !== null && typeof node === 'object') {
    if (typeof node.type === 'string') visit(node);
    for (const key of Object.keys(node)) if (key !== 'span') walk(node[key], visit);
  }
}

const isDeclaration = (node) =>
  ['ImportDeclaration', 'ExportAllDeclaration', 'ExportNamedDeclaration'].includes(node.type);
const isTypeDeclaration = (node) => node.typeOnly === true;
const isImporting = (callee) =>
  callee.type === 'Import' || (callee.type === 'Identifier' && callee.value === 'require');

function literal(expression) {
  if (expression?.type === 'StringLiteral') return expression.value;
  if (expression?.type === 'TemplateLiteral' && expression.expressions.length === 0) return expression.quasis[0].cooked;
  return undefined;
}

const importOf = (value, span) => ({
  type: 'ImportDeclaration',
  span,
  specifiers: [],
  source: { type: 'StringLiteral', span, value, raw: JSON.stringify(value) },
  typeOnly: false,
  with: null,
  phase: 'evaluation',
});
