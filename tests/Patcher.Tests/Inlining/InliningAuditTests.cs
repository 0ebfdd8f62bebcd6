using System.Reflection;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using FluentAssertions;
using Patchy.Images;
using Patchy.Manifest;
using Xunit;

namespace Patchy.Tests.Inlining;

/// <summary>
/// A method that the framework's own images have inlined somewhere is not redirected there. Each servicing release is compiled anew, so
/// that this must be asked of each.
/// </summary>
public sealed class InliningAuditTests
{
    private static readonly Dictionary<string, ReadyToRunImage> s_images = [];

    /// <summary>Targets that are inlined somewhere, and why that does no harm. Compared exactly: one more caller is a failure.</summary>
    private static readonly Dictionary<string, string[]> s_harmless = new()
    {
        // SpinOnceCore is redirected itself; the others are loops of the thread pool, which always stays native.
        ["System.Threading.Thread.Yield()"] = ["LowLevelSpinWaiter.Wait", "SpinWait.SpinOnceCore", "WorkerThread.WorkerThreadStart", "WorkerThread.WorkerDoWork"],
        // What the finalizer thread and the threads of the pool do to themselves; they always stay native.
        ["System.Threading.Thread.set_Priority(System.Threading.ThreadPriority)"] = ["Thread.ResetFinalizerThreadSlow", "Thread.ResetThreadPoolThreadSlow"],

        // Where Console asks the terminal for its cursor: the terminal answers at once, or the driver ends the read after its time limit.
        ["Interop+Sys.ReadStdin(System.Byte*,System.Int32)"] = ["ConsolePal.TryGetCursorPosition", "ConsolePal.<TryGetCursorPosition>g__BufferUntil|84_1"],
    };

    public static TheoryData<string> Cells() => Rows(ManifestMechanism.Cell);

    public static TheoryData<string> Slots() => Rows(ManifestMechanism.Slot);

    [Theory]
    [MemberData(nameof(Cells))]
    public void Target_OfEachCellRow_IsInlinedNowhereInItsImage(string target)
    {
        PatchManifest manifest = PatchManifest.Load(null);
        MethodBase method = new TargetResolver().Resolve(manifest, manifest.Rows.Single(row => row.Target == target));

        Image(method.Module.Assembly.Location).InlinersOf(method.MetadataToken).Should().BeEquivalentTo(s_harmless.GetValueOrDefault(target, []));
    }

    [Fact]
    public void Reader_OfCoreLib_SeesWhatIsKnownToBeInlined()
    {
        ReadyToRunImage coreLib = Image(typeof(object).Assembly.Location);
        MethodInfo enter = typeof(Monitor).GetMethod("Enter", [typeof(object), typeof(bool).MakeByRefType()])!;

        coreLib.HasInliningRecord.Should().BeTrue();
        coreLib.InlinersOf(enter.MetadataToken).Should().HaveCountGreaterThan(100).And.Contain("ManualResetEventSlim.Wait");
    }

    /// <summary>
    /// A native call may be compiled into any method: it goes through the slot, where the target is replaced. But not one that leaves the
    /// garbage collector waiting: the images hold its address itself.
    /// </summary>
    [Theory]
    [MemberData(nameof(Slots))]
    public void Target_OfEachSlotRow_IsCalledThroughItsSlot(string target)
    {
        PatchManifest manifest = PatchManifest.Load(null);
        MethodBase method = new TargetResolver().Resolve(manifest, manifest.Rows.Single(row => row.Target == target));

        method.Attributes.Should().HaveFlag(MethodAttributes.PinvokeImpl);
        method.CustomAttributes.Should().NotContain(attribute => attribute.AttributeType == typeof(SuppressGCTransitionAttribute));
    }

    [Fact]
    public void Rows_ThatPatch_AreAllAskedAbout() =>
        PatchManifest.LoadWhole().Rows.Count(row => row.Action == ManifestAction.Patch).Should().Be(Cells().Count + Slots().Count).And.BeGreaterThan(50);

    /// <summary>Then the record of a target's own image is the whole of it, wherever in the shared frameworks the callers are.</summary>
    [Fact]
    public void Images_OfAllSharedFrameworks_InlineNothingOfEachOther()
    {
        int compiled = 0;
        foreach (string path in FrameworkImages())
        {
            ReadyToRunImage image = Image(path);
            if (image.HasCode) compiled++;
            image.IsComposite.Should().BeFalse("{0} is its own version bubble", path);
            image.ForeignInlinees.Should().Be(0, "{0} may have a target of another assembly inlined", path);
            (image.HasCode && !image.HasInliningRecord).Should().BeFalse("{0} does not say what it inlined", path);
        }
        compiled.Should().BeGreaterThan(100);
    }

    /// <summary>Microsoft.NETCore.App as it runs here, and of the same version whatever else is installed beside it: ASP.NET Core.</summary>
    private static IEnumerable<string> FrameworkImages()
    {
        string own = Path.TrimEndingDirectorySeparator(RuntimeEnvironment.GetRuntimeDirectory()), version = Path.GetFileName(own);
        string shared = Path.GetFullPath(Path.Combine(own, "../.."));
        return Directory.GetDirectories(shared).Select(framework => Path.Combine(framework, version)).Where(Directory.Exists).Append(own).Distinct()
            .SelectMany(folder => Directory.GetFiles(folder, "*.dll")).Where(IsManaged);
    }

    private static bool IsManaged(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        return file.HasMetadata;
    }

    private static TheoryData<string> Rows(ManifestMechanism mechanism)
    {
        var data = new TheoryData<string>();
        foreach (ManifestRow row in PatchManifest.Load(null).Rows)
        {
            if (row.Mechanism == mechanism) data.Add(row.Target);
        }
        return data;
    }

    private static ReadyToRunImage Image(string path)
    {
        lock (s_images)
        {
            if (!s_images.TryGetValue(path, out ReadyToRunImage? image)) s_images.Add(path, image = new ReadyToRunImage(path));
            return image;
        }
    }
}
