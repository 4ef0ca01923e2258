"""A mail server that takes everything over STARTTLS and keeps nothing: the far end of send.full.1p.

Run as a process of its own: `python -m benchmarks.sink CERTIFICATE`; prints its port.
"""

import asyncio
import ssl
import sys

GREETING = b"220 sink ready\r\n"
OFFERS = b"250-sink\r\n250-PIPELINING\r\n250-SIZE 10000000\r\n"
OK = b"250 2.0.0 ok\r\n"
ANSWERS = {b"MAIL": OK, b"RCPT": OK, b"RSET": OK, b"NOOP": OK, b"DATA": b"354 go\r\n"}


async def talk(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, context: ssl.SSLContext
) -> None:
    writer.write(GREETING)
    secured = False
    while line := await reader.readline():
        verb = line[:4].upper()
        if verb == b"EHLO":
            writer.write(OFFERS + (b"250 DSN\r\n" if secured else b"250 STARTTLS\r\n"))
        elif verb == b"STAR":
            writer.write(b"220 go\r\n")
            await writer.start_tls(context)
            secured = True
        elif verb == b"QUIT":
            break
        else:
            writer.write(ANSWERS[verb])
        if verb == b"DATA":
            await writer.drain()
            await reader.readuntil(b"\r\n.\r\n")
            writer.write(OK)
        await writer.drain()
    writer.close()


async def main(certificate: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer, context)
        except (ConnectionError, asyncio.IncompleteReadError):
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=1 << 20)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
