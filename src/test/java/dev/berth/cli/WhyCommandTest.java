package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.proto.RunnerStatus;
import dev.berth.proto.WhyAnswer;
import dev.berth.proto.WhyRecord;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class WhyCommandTest {
    private static final WhyRecord TOLD = WhyRecord.newBuilder()
            .setNode("a")
            .setText("01HX1 ok in 1.92 s. Slow: it had to\n waited 1.61 s")
            .setJson("{\"id\":\"01HX1\"}")
            .build();

    private final Vertx vertx = Vertx.vertx();
    private final CommandRig rig = new CommandRig();
    private FakeRunner runner;

    @BeforeEach
    void start() throws Exception {
        runner = new FakeRunner(vertx);
    }

    @AfterEach
    void stop() throws Exception {
        Blocking.await(vertx.close());
    }

    private void answers(WhyAnswer.Builder answer) {
        runner.onStatus(request ->
                Future.succeededFuture(RunnerStatus.newBuilder().setWhy(answer).build()));
    }

    private int why(String... more) {
        String[] arguments = new String[more.length + 4];
        System.arraycopy(more, 0, arguments, 4, more.length);
        arguments[0] = "why";
        arguments[1] = "01HX1";
        arguments[2] = "--runner";
        arguments[3] = runner.address().toString();
        return rig.run(arguments);
    }

    @Test
    void whatIsKnownIsPrintedAsItIsTold() {
        answers(WhyAnswer.newBuilder().addTold(TOLD).addSilent("c"));

        assertThat(why()).isZero();
        assertThat(rig.out().lines()).containsExactly("01HX1 ok in 1.92 s. Slow: it had to", " waited 1.61 s");
        assertThat(rig.err()).isEqualToIgnoringNewLines("no answer from c");
    }

    @Test
    void namesAndTextsDoNothingToATerminal() {
        answers(WhyAnswer.newBuilder()
                .addTold(TOLD.toBuilder().setText("01HX1 \u001b[2Jfailed\u202e: <script>\r\n waited\u2028 1 s"))
                .addSilent("c\u001b[31m"));

        assertThat(why()).isZero();
        assertThat(rig.out().lines()).containsExactly("01HX1 ·[2Jfailed·: <script>", " waited· 1 s");
        assertThat(rig.err()).isEqualToIgnoringNewLines("no answer from c·[31m");
    }

    @Test
    void asJsonItIsOneObject() {
        answers(WhyAnswer.newBuilder().addTold(TOLD).addSilent("c"));

        assertThat(why("--json")).isZero();
        JsonObject json = new JsonObject(rig.out());
        assertThat(json.getJsonArray("records").getJsonObject(0).getString("id"))
                .isEqualTo("01HX1");
        assertThat(json.getJsonArray("silent").getString(0)).isEqualTo("c");
        assertThat(rig.err()).isEmpty();
    }

    @Test
    void whatIsNotKnownHasAnExitCodeOfItsOwn() {
        answers(WhyAnswer.newBuilder().setMiss("not kept (1 in 150 ordinary ones is), or older than 70 s"));

        assertThat(why()).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(rig.out()).isEmpty();
        assertThat(rig.err())
                .isEqualToIgnoringNewLines("01HX1 not kept (1 in 150 ordinary ones is), or older than 70 s");
    }

    @Test
    void anOldRunnerCannotTell() {
        runner.onStatus(request -> Future.succeededFuture(RunnerStatus.getDefaultInstance()));

        assertThat(why()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(rig.err()).contains("is too old to tell");
    }

    @Test
    void aRunnerThatIsNotThereIsSaidToBeSo() {
        assertThat(rig.run("why", "01HX1", "--runner", "127.0.0.1:1")).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(rig.err()).contains("UNAVAILABLE");
    }

    @Test
    void withoutAnIdItIsAWrongUse() {
        assertThat(rig.run("why")).isEqualTo(ExitCode.USAGE);
    }
}
