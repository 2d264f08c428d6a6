package dev.berth.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.config.GrpcConfig;
import dev.berth.conformance.Rule;
import dev.berth.ingress.Await;
import dev.berth.ingress.EngageCall;
import dev.berth.ingress.EngageClient;
import dev.berth.ingress.IngressRig;
import dev.berth.ingress.RawHttp2;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who gets a connection. */
final class PortGateTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    10.0.0.0/8      | 10.1.2.3    | true
                    10.0.0.0/8      | 11.1.2.3    | false
                    192.168.1.7     | 192.168.1.7 | true
                    192.168.1.7     | 192.168.1.8 | false
                    fd00::/8        | fd00::1     | true
                    fd00::/8        | fe80::1     | false
                    fd00::/8        | 10.0.0.1    | false
                    0.0.0.0/0       | 1.2.3.4     | true
                    """)
    void networksAreTakenAtTheirWord(String network, String client, boolean allowed) {
        PortGate gate = new PortGate(IngressRig.grpc(IngressRig.limits(8 << 20), null, "127.0.0.1/32", network));

        assertThat(gate.allows(new InetSocketAddress(client, 1))).isEqualTo(allowed);
    }

    @Test
    @Rule("transport-allow")
    void aClientOfAnotherNetworkIsClosedBeforeAByteIsRead() throws IOException {
        try (IngressRig rig =
                new IngressRig(IngressRig.grpc(IngressRig.limits(8 << 20), null, "127.0.0.1/32"), IngressRig.CALLS)) {
            try (Socket foreign = new Socket()) {
                foreign.bind(new InetSocketAddress("127.0.0.2", 0));
                foreign.connect(new InetSocketAddress("127.0.0.1", rig.ingress.port()));
                assertClosed(foreign);
            }

            assertThat(rig.client.engage().tryCall("{}").result().finished().getErrorCode())
                    .isEqualTo(400);
            rig.assertNothingLeft();
        }
    }

    @Test
    void connectionsBeyondTheLimitAreClosedAndThereIsRoomAgainWhenOneGoes() throws IOException {
        GrpcConfig.Limits two = new GrpcConfig.Limits(8 << 20, 2, Duration.ofMinutes(5));
        try (IngressRig rig = new IngressRig(IngressRig.grpc(two, null), IngressRig.CALLS)) {
            try (RawHttp2 second = new RawHttp2(new Socket("127.0.0.1", rig.ingress.port()))) {
                second.engage(1, "grpc-encoding", "gzip");
                assertThat(second.nextOf(1)).isEqualTo(RawHttp2.HEADERS);
                try (Socket third = new Socket("127.0.0.1", rig.ingress.port())) {
                    assertClosed(third);
                }
                assertThat(rig.client.engage().tryCall("{}").result().finished().getErrorCode())
                        .isEqualTo(400);
            }
            Await.until(rig.ingress.context(), "one has gone", () -> rig.gate.open() == 1);
            try (RawHttp2 next = new RawHttp2(new Socket("127.0.0.1", rig.ingress.port()))) {
                next.engage(1, "grpc-encoding", "gzip");
                assertThat(next.nextOf(1)).isEqualTo(RawHttp2.HEADERS);
            }
            rig.assertNothingLeft();
        }
    }

    @Test
    void theConnectionThatHasBeenSilentLongestGivesWayToWhoeverComes() throws IOException {
        GrpcConfig.Limits three = new GrpcConfig.Limits(8 << 20, 3, Duration.ofMinutes(5));
        try (IngressRig rig = new IngressRig(IngressRig.grpc(three, null), IngressRig.CALLS)) {
            try (Socket longest = new Socket("127.0.0.1", rig.ingress.port())) {
                Await.until(rig.ingress.context(), "the first is in", () -> rig.gate.open() == 2);
                try (Socket silent = new Socket("127.0.0.1", rig.ingress.port());
                        RawHttp2 client = new RawHttp2(new Socket("127.0.0.1", rig.ingress.port()))) {
                    client.engage(1, "grpc-encoding", "gzip");

                    assertThat(client.nextOf(1)).isEqualTo(RawHttp2.HEADERS);
                    assertClosed(longest);
                    silent.setSoTimeout(100);
                    assertThatThrownBy(() -> silent.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
                }
            }
            assertThat(rig.client.engage().tryCall("{}").result().finished().getErrorCode())
                    .isEqualTo(400);
            Await.until(rig.ingress.context(), "all others have gone", () -> rig.gate.open() == 1);
            rig.assertNothingLeft();
        }
    }

    @Test
    void serversThatDoNotSpeakHttpAreNotGuarded() throws IOException {
        PortGate gate = new PortGate(IngressRig.grpc(IngressRig.limits(8 << 20), null, "10.0.0.0/8"));
        Vertx vertx =
                Vertx.builder().withTransport(RunnerTransport.create(gate)).build();
        try {
            NetServer server = vertx.createNetServer().connectHandler(socket -> socket.handler(socket::write));
            Await.of(server.listen(0, "127.0.0.1"));
            try (Socket node = new Socket("127.0.0.1", server.actualPort())) {
                node.setSoTimeout(20_000);
                node.getOutputStream().write(7);
                assertThat(node.getInputStream().read()).isEqualTo(7);
                assertThat(gate.open()).isZero();
            }
        } finally {
            Await.of(vertx.close());
        }
    }

    @Test
    void aCallThatCrossesTheGoodbyeIsRefusedAndNotLost() {
        IngressRig rig = new IngressRig(IngressRig.GRPC, IngressRig.CALLS);
        try {
            Promise<EngageCall.Result> crossed = Promise.promise();
            rig.client.connection.goAwayHandler(told -> rig.client
                    .open(EngageClient.ENGAGE, MultiMap.caseInsensitiveMultiMap())
                    .compose(call -> call.tryCall(IngressRig.MODEL).future())
                    .onComplete(crossed));

            rig.counters.drain(() -> {});
            Future<Void> gone = rig.vertx.undeploy(rig.ingress.deploymentID());

            assertThat(Await.of(crossed.future()).finished().getErrorCode()).isEqualTo(503);
            Await.of(gone);
            assertThat(rig.counters.active()).isZero();
        } finally {
            Await.of(rig.vertx.close());
        }
    }

    private static void assertClosed(Socket socket) throws IOException {
        socket.setSoTimeout(20_000);
        int read;
        try {
            read = socket.getInputStream().read();
        } catch (SocketTimeoutException open) {
            throw new AssertionError("not closed", open);
        } catch (IOException reset) {
            read = -1;
        }
        assertThat(read).isEqualTo(-1);
    }
}
