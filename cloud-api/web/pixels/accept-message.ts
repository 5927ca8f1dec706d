/** Which messages may hand this page a viewer session. Pure. */
import { ViewerSessionMessage } from '@nucleus/shared/wire/local';

export interface ReceivedMessage {
  origin: string;
  data: unknown;
}
export interface ExpectedMessage {
  /** Origin of the agent whose window was opened. */
  agentOrigin: string;
  agentId: string;
  /** The random value that went along in the window's address. */
  nonce: string;
  nowS: number;
}

type Check = (origin: string, message: ViewerSessionMessage, expected: ExpectedMessage) => boolean;

/** Every one must hold. They are a table so that the tests can leave each out and see that it was the one that refused. */
export const messageChecks = {
  'the agent’s own origin': (origin, _message, expected) => origin === expected.agentOrigin,
  'the value of this click': (_origin, message, expected) => expected.nonce !== '' && message.state === expected.nonce,
  'the agent that was asked': (_origin, message, expected) => message.agent_id === expected.agentId,
  'a session that still runs': (_origin, message, expected) => message.expires_at > expected.nowS,
} as const satisfies Record<string, Check>;

/** The message, if it may be believed. */
export function acceptMessage(
  received: ReceivedMessage,
  expected: ExpectedMessage,
  checks: Readonly<Record<string, Check>> = messageChecks,
): ViewerSessionMessage | undefined {
  const parsed = ViewerSessionMessage.safeParse(received.data);
  if (!parsed.success) return undefined;
  const isGood = Object.values(checks).every((check) => check(received.origin, parsed.data, expected));
  return isGood ? parsed.data : undefined;
}
