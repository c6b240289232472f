/**
 * What every page of the console loads: small behaviours, each in its own file, each bound to the page by data
 * attributes, and each harmless where its elements are missing.
 */
import "@github/relative-time-element";
import "./behaviours/approved-count.ts";
import "./behaviours/check-all.ts";
import "./behaviours/copy-button.ts";
import "./behaviours/current-tab.ts";
import "./behaviours/dialog-opener.ts";
import "./behaviours/elapsed-time.ts";
import "./behaviours/favicon-status.ts";
import "./behaviours/field-errors.ts";
import "./behaviours/file-size.ts";
import "./behaviours/poll-pause.ts";
import "./behaviours/select-all.ts";
import "./behaviours/shortcuts.ts";
import "./behaviours/theme-switch.ts";
