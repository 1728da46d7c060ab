"""TLS to a server of models: whom to trust, and why one is not trusted, as a sentence."""

from __future__ import annotations

import os
import socket
import ssl

from tunespec.inference.errors import ServerError

FILE = "SSL_CERT_FILE"
"""OpenSSL's own environment variable: a file of certificates that are trusted beside the system's."""
_HINT = f"; {FILE} names the file of an authority of one's own"
_UNKNOWN = frozenset({18, 19, 20, 21})  # self-signed, or of an issuer that is not at hand (OpenSSL, x509_vfy.h)


def secured(connection: socket.socket, base: str, name: str) -> ssl.SSLSocket:
    """The connection behind TLS, closed if it cannot be.

    Args:
        connection: one that stands; its time out counts for the handshake, too.
        base: the server's URL; messages name it.
        name: of the host, which its certificate must have.

    Raises:
        ServerError: for a server that cannot be trusted, or speaks no TLS.
        TimeoutError: for one that is silent.
    """
    try:
        return _trusting().wrap_socket(connection, server_hostname=name)
    except ssl.SSLCertVerificationError as error:
        connection.close()
        hint = _HINT if error.verify_code in _UNKNOWN else ""
        raise ServerError(f"{base} cannot be trusted: {error.verify_message.rstrip('.')}{hint}") from None
    except ssl.SSLError as error:
        connection.close()
        why = (error.reason or str(error)).lower().replace("_", " ")
        raise ServerError(f"{base} does not speak TLS ({why}): is it http:// there?") from None
    except BaseException:
        connection.close()
        raise


def _trusting() -> ssl.SSLContext:
    """What trusts the system's authorities, and the user's own.

    OpenSSL passes over a file that is not there, and the user is left to wonder why nothing is trusted.
    """
    context = ssl.create_default_context()
    if named := os.environ.get(FILE):
        try:
            context.load_verify_locations(named)
        except OSError:  # an SSLError is one
            raise ServerError(f"{FILE} names no file with certificates: {named}") from None
    return context
