import { CallError } from "../errors";
import { ProxyRefusal } from "./proxy";

/** Why a call gave no answer, seen from our end of the wire. */
export interface Fault {
  /** Whatever was thrown. Nothing of it but its code reaches the `CallError`. */
  thrown: unknown;
  /** Name and port of the host called. */
  host: string;
  /** Whether there was a connection (with TLS: a complete handshake); before that nothing of the call is sent. */
  connected: boolean;
  /** Why we ended the call ourselves, if we did. */
  ended: "timeout" | "closed" | "late" | null;
}

/** What is wrong with a certificate, by the error codes of Node.js (`tls`, after OpenSSL's X509_V_ERR_*). */
const CERTIFICATE_FAULTS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet; check the clock of this machine",
  CERT_REVOKED: "its certificate was revoked",
  CERT_REJECTED: "its certificate was rejected",
  CERT_UNTRUSTED: "its certificate is not trusted; give its authority in the TLS configuration",
  CERT_SIGNATURE_FAILURE: "the signature of its certificate is wrong",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed; give it as authority in the TLS configuration",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate ends in an unknown authority; give that in the TLS configuration",
  UNABLE_TO_GET_ISSUER_CERT: "its certificate chain is incomplete; give its authority in the TLS configuration",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate's authority is unknown; give that in the TLS configuration",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate's authority is unknown; give that in the TLS configuration",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another host name; correct the URL or the server name",
  HOSTNAME_MISMATCH: "its certificate is for another host name; correct the URL or the server name",
};

/** A server that misses or dislikes our certificate says so after the handshake already looks complete (TLS 1.3). */
const CLIENT_CERTIFICATE_ALERT = /^ERR_SSL_.*ALERT_.*(CERTIFICATE|UNKNOWN_CA)/;

/** The `CallError` for a call without an answer, as the docstring of `HttpClient` promises it. */
export function toCallError({ thrown, host, connected, ended }: Fault): CallError {
  if (thrown instanceof CallError) return thrown;
  if (ended === "closed") return closed(host, connected);
  if (ended === "late") return tooLate(host);
  // axios wraps whatever its request throws.
  if (thrown instanceof Error && thrown.cause instanceof ProxyRefusal) return refusedByProxy(host, thrown.cause.status);
  const code = codeOf(thrown);
  const tls = tlsFault(code, connected);
  if (tls)
    return new CallError("TLS_REFUSED", `No secure connection to ${host}: ${tls}.`, { failure: "configuration" });
  if (!connected) return unreachable(host, ended === "timeout" ? "no connection in time" : code);
  if (ended === "timeout")
    return new CallError("CALL_TIMEOUT", `${host} did not answer in time; the call may have been taken.`, {
      failure: "unknown",
    });
  return lost(host);
}

/** The lease behind the call would end before its answer is there. */
export function tooLate(host: string): CallError {
  return new CallError("CALL_TOO_LATE", `The call to ${host} was not sent, because its turn came too late.`, {
    failure: "transient",
  });
}

/** Whether a call got no answer because the host has too much to do, or is not there. */
export function isLoss({ code }: CallError): boolean {
  return code === "HOST_UNREACHABLE" || code === "CONNECTION_LOST" || code === "CALL_TIMEOUT";
}

export function answerTooLarge(host: string, limitBytes: number): CallError {
  return new CallError(
    "ANSWER_TOO_LARGE",
    `${host} answered more than ${limitBytes} bytes; ask it for smaller pages.`,
    {
      failure: "unknown",
    },
  );
}

function closed(host: string, connected: boolean): CallError {
  if (connected) return lost(host);
  return new CallError(
    "CLIENT_CLOSED",
    `The call to ${host} was not sent, because a deploy closed its configuration.`,
    {
      failure: "transient",
    },
  );
}

function lost(host: string): CallError {
  return new CallError("CONNECTION_LOST", `The connection to ${host} broke; the call may have been taken.`, {
    failure: "unknown",
  });
}

function unreachable(host: string, reason: string): CallError {
  const why = reason ? ` (${reason})` : "";
  return new CallError(
    "HOST_UNREACHABLE",
    `${host} cannot be reached${why}; nothing was sent. Check URL and network.`,
    {
      failure: "transient",
    },
  );
}

/** 4xx is the proxy's rule (credentials, forbidden host); 5xx means that it did not reach the host either. */
function refusedByProxy(host: string, status: number): CallError {
  if (status >= 500) return unreachable(host, `proxy answered ${status}`);
  return new CallError("PROXY_REFUSED", `The proxy refuses to connect to ${host} (${status}); check its credentials.`, {
    failure: "configuration",
  });
}

function tlsFault(code: string, connected: boolean): string | null {
  if (CLIENT_CERTIFICATE_ALERT.test(code)) return "it does not accept our client certificate";
  if (connected) return null;
  if (Object.hasOwn(CERTIFICATE_FAULTS, code)) return CERTIFICATE_FAULTS[code] ?? null;
  if (/^ERR_OSSL_/.test(code)) return "certificate, key or passphrase of the TLS configuration cannot be used";
  if (/^(ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_|CRL_)|^EPROTO$/.test(code)) return `the TLS handshake failed (${code})`;
  return null;
}

/** The system's or OpenSSL's code of an error, empty where there is none. */
function codeOf(thrown: unknown): string {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : null;
  return typeof code === "string" && /^[A-Z0-9_]{1,80}$/.test(code) ? code : "";
}
