using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using FluentAssertions;
using Patchy.Manifest;
using Xunit;

namespace Patchy.Tests.Manifest;

public sealed class ManifestIndexTests
{
    private static readonly PatchManifest s_manifest = PatchManifest.LoadWhole();
    private static readonly ManifestIndex s_index = new(s_manifest);

    [Fact]
    public void Find_EveryMemberThatARowNames_FindsThatRow()
    {
        var targets = new TargetResolver();
        foreach (ManifestRow row in s_manifest.Rows.Where(row => !row.IsWholeType)) s_index.Find(targets.Resolve(s_manifest, row)).Should().BeSameAs(row);
    }

    [Fact]
    public void Find_OfConstructedGenericTypes_FindsTheDefinition()
    {
        MethodInfo add = typeof(BlockingCollection<string>).GetMethod("Add", [typeof(string)])!;
        MethodInfo run = typeof(Task).GetMethods().Single(method => method.Name == "FromException" && method.IsGenericMethod).MakeGenericMethod(typeof(int));

        s_index.Find(add)!.Member.Should().Be("Add(T)");
        s_index.Find(run)!.Member.Should().Be("FromException`1(System.Exception)");
    }

    [Fact]
    public void Find_OfAnOverrideWithoutARow_FindsWhatItOverrides() =>
        s_index.Find(typeof(Alarm).GetMethod("WaitOne", [typeof(int)])!)!.Target.Should().Be("System.Threading.WaitHandle.WaitOne(System.Int32)");

    [Fact]
    public void Find_OfAMemberThatCannotBlock_IsNull()
    {
        s_index.Find(typeof(Uri).GetMethod("get_Host")!).Should().BeNull();
        s_index.Find("System.Uri", "get_Host()").Should().BeNull();
    }

    [Fact]
    public void Find_WholeType_AnswersForItsMembers()
    {
        var whole = new ManifestRow { Assembly = "System.Private.Uri", Type = "System.Uri", Member = "*", Members = 1, Action = ManifestAction.Pass, Group = PatchGroups.Dns };
        var index = new ManifestIndex(new PatchManifest("m.json", [whole]));

        index.Find(typeof(Uri).GetMethod("get_Host")!).Should().BeSameAs(whole);
        index.Find("System.Uri", "get_Host()").Should().BeSameAs(whole);
    }

    [Fact]
    public void Find_ByTheReferencesOfAnAssembly_FindsWhatReflectionFinds()
    {
        using var file = new PEReader(File.OpenRead(typeof(ManifestIndexTests).Assembly.Location));
        MetadataReader metadata = file.GetMetadataReader();
        Module module = typeof(ManifestIndexTests).Module;
        HashSet<string> types = [.. s_manifest.Rows.Select(row => row.Type)];
        Type[] anything = [typeof(object), typeof(object), typeof(object), typeof(object)]; // for references from inside generic methods
        int compared = 0;
        foreach (MemberReferenceHandle handle in metadata.MemberReferences)
        {
            MemberReference reference = metadata.GetMemberReference(handle);
            if (reference.GetKind() != MemberReferenceKind.Method || TypeOf(metadata, reference.Parent) is not { } type || !types.Contains(type)) continue;
            if (module.ResolveMethod(MetadataTokens.GetToken(handle), anything, anything) is not { } method || s_index.Find(method) is not { } expected || expected.Type != type) continue;

            s_index.Find(type, ReferenceText.Member(metadata, reference)).Should().BeSameAs(expected);
            compared++;
        }
        compared.Should().BeGreaterThan(10, "this file alone refers to that many");
    }

    /// <summary>A reference has the signature of what it refers to: so each public member is looked up by its own.</summary>
    [Fact]
    public void Find_EveryPublicMemberByItsSignature_FindsWhatReflectionFinds()
    {
        var wrong = new List<string>();
        int compared = 0;
        foreach (IGrouping<Assembly, Type> assembly in BlockingSurface.Types().GroupBy(type => type.Assembly))
        {
            using var file = new PEReader(File.OpenRead(assembly.Key.Location));
            MetadataReader metadata = file.GetMetadataReader();
            foreach (MethodBase member in assembly.SelectMany(BlockingSurface.Members))
            {
                MethodDefinition method = metadata.GetMethodDefinition((MethodDefinitionHandle)MetadataTokens.Handle(member.MetadataToken));
                string text = ReferenceText.Member(metadata.GetString(method.Name), method.DecodeSignature(ReferenceText.Instance, null));
                if (s_index.Find(member.DeclaringType!.FullName!, text) != s_index.Find(member)) wrong.Add($"{member.DeclaringType.FullName}.{text}");
                compared++;
            }
        }
        wrong.Should().BeEmpty();
        compared.Should().BeGreaterThan(7000);
    }

    [Theory]
    [InlineData("Add(!0)", "Add(T)", true)]
    [InlineData("Add(!0)", "Add(System.Object)", false)]
    [InlineData("Add(!0,!0)", "Add(T,T)", true)]
    [InlineData("Add(!0,!0)", "Add(T,U)", false)]
    [InlineData("Any`1(System.Collections.Generic.IEnumerable<!!0>,System.Func<!!0,System.Boolean>)", "Any`1(System.Collections.Generic.IEnumerable<TSource>,System.Func<TSource,System.Boolean>)", true)]
    [InlineData("Take(!0&)", "Take(T&)", true)]
    [InlineData("Take(!0)", "Take(T&)", false)]
    [InlineData("Take(!0[])", "Take(T)", false)]
    public void Means_TypeParameters_AreComparedByTheirPlaces(string reference, string member, bool expected) => ReferenceText.Means(reference, member).Should().Be(expected);

    private static string? TypeOf(MetadataReader metadata, EntityHandle parent)
    {
        if (parent.Kind == HandleKind.TypeReference) return ReferenceText.Type(metadata, (TypeReferenceHandle)parent);
        if (parent.Kind != HandleKind.TypeSpecification) return null;
        string type = metadata.GetTypeSpecification((TypeSpecificationHandle)parent).DecodeSignature(ReferenceText.Instance, null);
        int bracket = type.IndexOf('<', StringComparison.Ordinal);
        return bracket < 0 ? type : $"{type[..bracket]}`{type.Count(letter => letter == ',') + 1}";
    }

    /// <summary>Never called; the references of this file are what a test looks at.</summary>
    internal static void Refer(BlockingCollection<int> numbers, Socket socket, Task<string> task)
    {
        numbers.Add(1);
        numbers.TryTake(out _, 5);
        socket.Receive(new byte[1], SocketFlags.None);
        socket.Receive([new ArraySegment<byte>()]);
        _ = task.Result;
        Thread.Sleep(1);
        Task.WaitAll(task);
        _ = Task.FromException<int>(new IOException());
        Monitor.TryEnter(numbers, 5);
        new Thread(_ => { }).Start();
        _ = new Lazy<int>(() => 1).Value;
    }

    private sealed class Alarm : WaitHandle
    {
        public override bool WaitOne(int millisecondsTimeout) => false;
    }
}
