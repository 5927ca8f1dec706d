/** The package's own module: by its plain name Node takes a bundle whose exports it has to search for, at every start of a decoder. */
declare module 'exifr/dist/full.esm.mjs' {
  export { default } from 'exifr';
}
