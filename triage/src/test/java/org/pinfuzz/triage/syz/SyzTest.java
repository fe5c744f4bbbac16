// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.syz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.ProgramFormatException;
import org.pinfuzz.generators.program.Step;

final class SyzTest {
    private static List<String> steps(SyzProgram read) {
        return read.program().steps().stream().map(Step::toString).toList();
    }

    private static SyzProgram read(String... lines) {
        return SyzReader.read(String.join("\n", lines), "a test");
    }

    @Test
    void aPinByIoUringIsWrittenAsItsCalls() {
        Program program = new Program(List.of(
                Step.of(0, Operations.MMAP, 0, 2, 0, 0),
                Step.of(0, Operations.URING_PIN, 0, 1, 1, 0),
                Step.of(0, Operations.DEVICE_WRITE, 0),
                Step.of(0, Operations.UNPIN, 0)));
        assertThat(SyzWriter.write(program).text().lines())
                .containsExactly(
                        "# A program of pinfuzz; `pinfuzz import syz` reads it back, without what is lost.",
                        "munmap(&(0x7f0000000000/0x10000)=nil, 0x10000)",
                        "mmap(&(0x7f0000000000/0x2000)=nil, 0x2000, 0x3, 0x32, 0xffffffffffffffff, 0x0)",
                        "r0 = io_uring_setup(0x8, &(0x7f0000e10000)={})",
                        "io_uring_register$IORING_REGISTER_BUFFERS(r0, 0x0,"
                                + " &(0x7f0000e10100)=[{&(0x7f0000001000)=\"\"/4096, 0x1000}], 0x1)",
                        "# lost: step 2 (t0: device_write pin=k0): there is no device that reads or writes through a"
                                + " pin",
                        "io_uring_register$IORING_UNREGISTER_BUFFERS(r0, 0x1, 0x0, 0x0)");
    }

    @Test
    void aLongTermWritePinOfTheModuleBecomesOneOfIoUringAndThatIsTold() {
        Program program = new Program(
                List.of(Step.of(0, Operations.MMAP, 0, 1, 0, 0), Step.of(0, Operations.PIN, 0, 0, 1, 0, 0, 1, 0)));
        SyzText syz = SyzWriter.write(program);
        assertThat(syz.losses()).singleElement().asString().startsWith("changed: step 1 (t0: pin ");
        assertThat(steps(SyzReader.read(syz.text(), "a test")))
                .containsExactly(
                        "t0: mmap region=r0 pages=1 sharing=private protection=read-write",
                        "t0: uring_pin region=r0 first=0 pages=1 pin=k0");
    }

    @Test
    void anotherToolsProgramIsReadAsFarAsItsCallsAreKnown() {
        SyzProgram read = read(
                "# https://syzkaller.appspot.com/bug",
                "mmap(&(0x7f0000000000/0xb36000)=nil, 0xb36000, 0x3, 0x8031, 0xffffffffffffffff, 0x0)",
                "r0 = socket$inet6(0xa, 0x1, 0x0)",
                "bind(r0, &(0x7f0000001000-0x38)={0xa, 0x4e20, 0x0, @mcast2={0xff, 0x2, [], 0x1}}, 0x1c)",
                "r1 = memfd_create(&AUTO='a\\x00', 0x0)",
                "ftruncate(r1, 0x800)",
                "mmap(&(0x7f0000002000/0x3000)=nil, 0x3000, 0x1, 0x11, r1, 0x0)",
                "madvise(&(0x7f0000003000/0x1000)=nil, 0x1000, 0x4) (fail_nth: 3)",
                "madvise(&(0x7f0000003000/0x1000)=nil, 0x1000, 0xe)",
                "clone(0x100, 0x0, 0x0, 0x0, 0x0)",
                "syz_clone(0x0, 0x0, 0x0, 0x0, 0x0, 0x0)");
        assertThat(steps(read))
                .containsExactly(
                        "t0: mmap region=r0 pages=8 sharing=shared protection=read-write",
                        "t0: memfd_create file=f0 pages=1",
                        "t0: munmap region=r0 first=2 pages=3",
                        "t0: mmap_file region=r1 file=f0 pages=3 sharing=shared protection=read",
                        "t0: madvise region=r1 first=1 pages=1 advice=dontneed",
                        "t0: fork child=t1");
        assertThat(read.notes())
                .containsExactly(
                        "line 2 (mmap): its 0xb36 pages are cut to 8",
                        "line 2 (mmap): its flags 0x8000 are left out",
                        "line 3 (socket$inet6): left out: pinfuzz has no operation for it",
                        "line 4 (bind): left out: pinfuzz has no operation for it",
                        "line 6 (ftruncate): its size is read as whole pages",
                        "line 8 (madvise): its (fail_nth: 3) is left out",
                        "line 9 (madvise): left out: there is no operation with advice 0xe",
                        "line 10 (clone): left out: tasks of pinfuzz do not share their memory");
    }

    @Test
    void moreThanAProgramHoldsIsLeftOut() {
        SyzProgram read = SyzReader.read("syz_clone(0x0, 0x0, 0x0, 0x0, 0x0, 0x0)\n".repeat(9), "a test");
        assertThat(read.program().size()).isEqualTo(5);
        assertThat(read.notes()).hasSize(4).allMatch(note -> note.contains("programs have at most 6 "));
        SyzProgram exits = SyzReader.read("exit(0x0)\n".repeat(Program.MAX_STEPS + 1), "a test");
        assertThat(exits.program().size()).isEqualTo(Program.MAX_STEPS);
        assertThat(exits.notes()).containsExactly("line 65 (exit): left out: programs have at most 64 steps");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "# nothing",
                "{\"format\":\"pinfuzz-program\"}",
                "mmap(",
                "mmap(0x1",
                "mmap(0x1))",
                "mmap(&(0x7f)=)",
                "mmap(0x10000000000000000)",
                "mmap('unfinished",
                "mmap(\"\"/99999999999)",
                "= mmap()",
                "r0 = ",
                "mmap(0x0) then more",
                "\u0000\uffff"
            })
    void whatIsNoProgramIsRefusedWithItsLine(String text) {
        assertThatThrownBy(() -> SyzReader.read(text, "a test"))
                .isInstanceOf(ProgramFormatException.class)
                .hasMessageStartingWith("reading a program from a test failed:\n  ");
    }

    @Test
    void depthAndLengthHaveTheirLimits() {
        assertThatThrownBy(() -> read("mmap(" + "[".repeat(100_000)))
                .isInstanceOf(ProgramFormatException.class)
                .hasMessageEndingWith("line 1: it nests deeper than 40");
        assertThatThrownBy(() -> SyzReader.read("exit(0x0)\n".repeat(SyzParser.MAX_CALLS + 1), "a test"))
                .isInstanceOf(ProgramFormatException.class)
                .hasMessageEndingWith("it has more than 5000 calls");
    }
}
