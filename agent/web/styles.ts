/** The style sheets of both entries, in the order of their layers. */
import '@nucleus/shared/ui/styles/tokens.css';
import '@nucleus/shared/ui/styles/base.css';
import '@nucleus/shared/ui/styles/layout.css';
import '@nucleus/shared/ui/styles/controls.css';
import '@nucleus/shared/ui/styles/inputs.css';
import '@nucleus/shared/ui/styles/surfaces.css';
import '@nucleus/shared/ui/styles/notices.css';
import '@nucleus/shared/ui/styles/tiles.css';
import '@nucleus/shared/ui/styles/thumbs.css';
import '@nucleus/shared/ui/styles/zoom.css';
import '@nucleus/shared/ui/styles/query.css';
import './pages.css';
import './files.css';
import './item.css';
