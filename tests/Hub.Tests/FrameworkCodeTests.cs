using FluentAssertions;
using Xunit;

namespace Patchy.Tests;

public sealed class FrameworkCodeTests
{
    [Theory]
    [InlineData(typeof(object))]
    [InlineData(typeof(System.Net.Sockets.Socket))]
    [InlineData(typeof(System.Diagnostics.Process))]
    [InlineData(typeof(System.Net.Http.HttpClient))]
    [InlineData(typeof(System.IO.FileSystemWatcher))]
    [InlineData(typeof(Greenlet))]
    public void Includes_AssembliesOfTheFrameworkAndPatchysOwn_True(Type type) => FrameworkCode.Includes(type.Assembly).Should().BeTrue();

    [Theory]
    [InlineData(typeof(FrameworkCodeTests))]
    [InlineData(typeof(FactAttribute))]
    [InlineData(typeof(AssertionExtensions))]
    public void Includes_AnybodyElses_False(Type type) => FrameworkCode.Includes(type.Assembly).Should().BeFalse();
}
