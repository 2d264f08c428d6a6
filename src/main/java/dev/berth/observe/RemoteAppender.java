package dev.berth.observe;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.encoder.Encoder;
import java.io.IOException;

/** Sends lines to a syslog server. Called by the log's own thread only, which it may block. */
final class RemoteAppender extends AppenderBase<ILoggingEvent> {
    private final RemoteSocket socket;
    private final SyslogLines lines;
    private final Encoder<ILoggingEvent> body;

    RemoteAppender(RemoteSocket socket, SyslogLines lines, Encoder<ILoggingEvent> body) {
        this.socket = socket;
        this.lines = lines;
        this.body = body;
    }

    @Override
    protected void append(ILoggingEvent event) {
        try {
            socket.send(lines.format(event, body.encode(event)));
        } catch (IOException e) {
            addWarn("a line did not reach the syslog server", e);
        }
    }

    @Override
    public void stop() {
        super.stop();
        socket.close();
    }
}
