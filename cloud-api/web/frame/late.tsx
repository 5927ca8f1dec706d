import { CloudOff } from 'lucide-react';
import { Component, type ReactElement, type ReactNode, Suspense } from 'react';

interface LateProps {
  /** What stands there until the part has come. */
  fallback: ReactElement;
  children: ReactNode;
}

/**
 * Holds a part of the page that is loaded when it is first looked at. One that does not come, because the connection dropped or the
 * cloud has newer pages by now, says so in its own place and leaves the rest of the page as it is.
 */
export class Late extends Component<LateProps, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError(): { hasFailed: boolean } {
    return { hasFailed: true };
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return <Suspense fallback={this.props.fallback}>{this.props.children}</Suspense>;
    return (
      <div className="late row wrap" role="alert">
        <CloudOff className="icon s" aria-hidden="true" />
        <span className="grow sm">
          <b>This part did not load.</b>{' '}
          <span className="t2">The connection dropped, or the cloud was updated. Your place is kept.</span>
        </span>
        <button type="button" className="btn dense" onClick={() => location.reload()}>
          Load the page again
        </button>
      </div>
    );
  }
}
