using FluentAssertions;
using Xunit;
using Patchy.Fibers;

namespace Patchy.Tests.Fibers;

public class FiberPlatformTests
{
    [Theory]
    [InlineData(null, FiberKind.Auto)]
    [InlineData("", FiberKind.Auto)]
    [InlineData("auto", FiberKind.Auto)]
    [InlineData("user", FiberKind.User)]
    [InlineData("USER", FiberKind.User)]
    [InlineData("kernel", FiberKind.Kernel)]
    public void FromEnvironment_KnownValue_IsUnderstood(string? value, FiberKind expected) =>
        FiberPlatform.FromEnvironment(value).Should().Be(expected);

    [Fact]
    public void FromEnvironment_UnknownValue_SaysWhatToSet()
    {
        Action read = () => FiberPlatform.FromEnvironment("green");
        read.Should().Throw<PlatformNotSupportedException>().WithMessage("*'green'*user, kernel or auto*");
    }

    [Fact]
    public void Resolve_Kernel_IsAlwaysKernel() => FiberPlatform.Resolve(FiberKind.Kernel).Should().Be(FiberKind.Kernel);

    [Fact]
    public void Resolve_User_IsUserOrSaysWhyNot()
    {
        string? whyNot = FiberPlatform.WhyNotUserMode();
        Func<FiberKind> resolve = () => FiberPlatform.Resolve(FiberKind.User);
        if (whyNot == null) resolve().Should().Be(FiberKind.User);
        else resolve.Should().Throw<PlatformNotSupportedException>().Which.Message.Should().Contain(whyNot).And.Contain("PATCHY_FIBER=kernel");
    }

    [Fact]
    public void WhyNotUserMode_LinuxX64WithGlibc_IsNull()
    {
        if (!OperatingSystem.IsLinux() || System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture != System.Runtime.InteropServices.Architecture.X64) return;
        FiberPlatform.WhyNotUserMode().Should().BeNull("this is the machine that the user kind is made for");
    }
}
