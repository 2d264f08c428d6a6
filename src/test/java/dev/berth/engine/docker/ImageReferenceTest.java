package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.error.RunnerException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ImageReferenceTest {
    @ParameterizedTest
    @CsvSource({
        "busybox,                          , library/busybox, latest",
        "user/img:2,                       , user/img,        2",
        "user/img,                         , user/img,        latest",
        "host.com:5000/a/b:3, host.com:5000, a/b,             3",
        "host.com:5000/a,     host.com:5000, a,               latest",
        "localhost/a:1,       localhost,     a,               1",
        "a.b/c,               a.b,           c,               latest",
        "img:1@sha256:abc,                 , library/img,     sha256:abc",
        "r.io/i@sha256:abc,   r.io,          i,               sha256:abc",
    })
    void nameIsTakenApart(String text, String registry, String repository, String tag) {
        assertThat(ImageReference.parse(text)).isEqualTo(new ImageReference(text, registry, repository, tag));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a b",
                "../containers/x",
                "a/../b",
                "a//b",
                "a/",
                "/a",
                "a/./b",
                "a?x=1",
                "a#b",
                "a%2e",
                "ä",
                "a\nb",
                ".a"
            })
    void nameThatCouldMeanSomethingElseIsRefused(String text) {
        assertThatThrownBy(() -> ImageReference.parse(text))
                .hasMessage("Failed to pull image '" + text + "': invalid reference format")
                .extracting(e -> ((RunnerException) e).wireCode())
                .isEqualTo(400);
    }

    @Test
    void tagIsAddedOnlyWhereThereIsNone() {
        assertThat(ImageReference.parse("busybox").nameWithTag()).isEqualTo("busybox:latest");
        assertThat(ImageReference.parse("busybox:1").nameWithTag()).isEqualTo("busybox:1");
    }
}
