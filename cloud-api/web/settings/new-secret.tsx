import { CopyButton } from '@nucleus/shared/ui/parts/copy-button.tsx';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { KeyRound } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { hiddenSecret } from './key-words.ts';

interface NewSecretProps {
  label: string;
  secret: string;
  onDone: () => void;
}

/** The secret of a new key, this once: leaving the page forgets it. */
export function NewSecret({ label, secret, onDone }: NewSecretProps): ReactElement {
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="note in key-secret" role="status">
      <KeyRound className="icon s" aria-hidden="true" />
      <span className="grow">
        <b>Copy “{visibleText(label)}” now.</b> <span className="t2">It will not be shown again.</span>
      </span>
      <code className="code">{isOpen ? secret : hiddenSecret(secret)}</code>
      <CopyButton text={secret} label="Copy key" />
      <button type="button" className="btn dense ghost" aria-pressed={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? 'Hide' : 'Show'}
      </button>
      <button type="button" className="btn dense ghost" onClick={onDone}>
        Done
      </button>
    </div>
  );
}
