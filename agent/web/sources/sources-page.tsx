import { levelSentences } from '@nucleus/shared/record/levels';
import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { Banner } from '@nucleus/shared/ui/parts/banner.tsx';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { LevelMark } from '@nucleus/shared/ui/parts/level-mark.tsx';
import { Perimeter } from '@nucleus/shared/ui/parts/perimeter.tsx';
import { count, counted } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { CirclePause, CloudOff, TriangleAlert } from 'lucide-react';
import { lazy, type ReactElement, Suspense, useState } from 'react';
import { type LocalSource, reasonSentence, waiting, watchSentence } from './source-words.ts';
import { type Overview, useOverview } from './use-overview.ts';

const cloudWords: Record<Overview['cloud_state'], string> = {
  connected: 'connected',
  unreachable: 'not reachable; changes wait in the queue',
  refused: 'refuses this agent; see its log',
  'never-reached': 'not reached yet',
};

const HeldDialog = lazy(async () => ({ default: (await import('./held-dialog.tsx')).HeldDialog }));

/** Sources with their folders, states and the count of every file. */
export function SourcesPage(): ReactElement {
  const overview = useOverview();
  if (overview.data === undefined) {
    if (!overview.isError) return <div className="page" aria-busy="true" />;
    return (
      <EmptyState icon={CloudOff} title="The overview did not load">
        <p>{failureSentence(overview.error)}</p>
      </EmptyState>
    );
  }
  const { cloud_url, cloud_state, sources, version, agent_id } = overview.data;
  return (
    <div className="page">
      <div className="phead">
        <div>
          <h2>Sources</h2>
          <p>
            Every regular file below a source’s folder is counted once: catalogued, excluded by a rule, an exception, or
            waiting.
          </p>
        </div>
      </div>
      {sources.map((source) => (
        <SourceCard key={source.alias} source={source} />
      ))}
      <Perimeter words="above stays, below is the way out" />
      <section className="card" aria-label="Way out">
        <dl className="kv in">
          <dt>Only destination</dt>
          <dd className="mono c-cl">{cloud_url}</dd>
          <dt>Cloud</dt>
          <dd className={cloud_state === 'connected' ? '' : 'c-w'}>{cloudWords[cloud_state]}</dd>
          <dt>Agent</dt>
          <dd className="mono">
            {agent_id}, version {version}
          </dd>
        </dl>
      </section>
    </div>
  );
}

function SourceCard({ source }: { source: LocalSource }): ReactElement {
  const [looksAtHeld, setLooksAtHeld] = useState(false);
  const watch = watchSentence(source);
  const isStopped = source.state === 'suspended' || source.state === 'paused';
  return (
    <section className="card" aria-label={`Source ${source.alias}`}>
      <header>
        <h3>{source.alias}</h3>
        <span className={`pill ${isStopped ? 'w' : source.state === 'live' ? 'in' : ''}`}>
          {isStopped ? <CirclePause className="icon s" aria-hidden="true" /> : <span className="dot" />}
          {source.state}
        </span>
        <span className="mono t2 brk">{visibleText(source.folder)}</span>
        <span className="end">
          <LevelMark level={source.level} />
        </span>
      </header>
      {isStopped && (
        <Banner
          tone="w"
          icon={CirclePause}
          title={`${source.state === 'paused' ? 'Paused' : 'Suspended'}.`}
          code={source.reason}
        >
          {reasonSentence(source)}
        </Banner>
      )}
      {source.held_deletions > 0 && (
        <Banner
          tone="w"
          icon={TriangleAlert}
          title={`${counted(source.held_deletions, 'deletion')} held.`}
          code="held_deletions"
          actions={
            <button type="button" className="btn dense" onClick={() => setLooksAtHeld(true)}>
              Look and confirm
            </button>
          }
        >
          Nothing was removed from the cloud. Look at them, then confirm here or with{' '}
          <code>nucleus-agent deletes confirm --source {source.alias}</code>.
        </Banner>
      )}
      {looksAtHeld && (
        <Suspense fallback={null}>
          <HeldDialog source={source.alias} onClose={() => setLooksAtHeld(false)} />
        </Suspense>
      )}
      <Accounting source={source} />
      <dl className="kv in">
        <dt>Dataset</dt>
        <dd>{visibleText(source.dataset_name)}</dd>
        <dt>Leaves</dt>
        <dd>{levelSentences[source.level]}</dd>
        <dt>Names</dt>
        <dd>{source.names === 'pseudonym' ? 'pseudonyms; paths stay here' : 'relative paths leave as names'}</dd>
        <dt>Changes are found</dt>
        <dd className={watch.isWeak ? 'c-w' : ''}>{watch.words}</dd>
        <dt>To the cloud</dt>
        <dd>
          {count(source.queued)} queued,{' '}
          <span className={source.dead_letters > 0 ? 'c-d' : ''}>{count(source.dead_letters)} refused for good</span>
        </dd>
      </dl>
    </section>
  );
}

/** The identity that shows that no file is lost: on disk = catalogued + excluded + exceptions + waiting. */
function Accounting({ source }: { source: LocalSource }): ReactElement {
  const open = waiting(source);
  if (source.state === 'suspended' || open < 0) {
    return (
      <p className="sum sm t2">
        <span>
          <b>{count(source.catalogued)}</b>catalogued, as last seen. The folder is not counted until it is whole again.
        </span>
      </p>
    );
  }
  return (
    <div className="sum sm t2">
      <Part value={source.on_disk} word="files on disk" />
      <span className="op">=</span>
      <Part value={source.catalogued} word="catalogued" />
      <span className="op">+</span>
      <Part value={source.excluded} word="excluded by a rule" />
      <span className="op">+</span>
      <Part value={source.exceptions} word="exceptions" />
      <span className="op">+</span>
      <Part value={open} word="waiting" />
      {source.held_deletions > 0 && (
        <span className="xs t3">and {count(source.held_deletions)} that are gone, whose records are held</span>
      )}
      {source.not_regular > 0 && (
        <span className="xs t3">and {count(source.not_regular)} links, pipes and devices, which are no files</span>
      )}
    </div>
  );
}

function Part({ value, word }: { value: number; word: string }): ReactElement {
  return (
    <span>
      <b>{count(value)}</b>
      {word}
    </span>
  );
}
