using System.Reflection;
using Patchy.Detours;
using Patchy.Manifest;
using Patchy.Session;

namespace Patchy.Scenarios.Patcher;

/// <summary>
/// Patch.All fails at every single one of its steps, one attempt for each: afterwards every cell and slot leads where it did, every original too, the hub admits
/// the same threads, and nothing is reported. In the end Patch.All works, and nothing is late.
/// </summary>
internal sealed class NothingHalf : IScenario
{
    private readonly Checks _checks = new();
    private readonly List<Target> _targets = [];
    private RuntimeLayout _layout = null!;

    public int Run(string[] args)
    {
        _layout = RuntimeLayout.Read(RuntimeProbe.OfThisProcess());
        PatchManifest manifest = PatchManifest.Load(null);
        var targets = new TargetResolver();
        var replacements = new ReplacementResolver();
        foreach (ManifestRow row in manifest.Rows)
        {
            if (row.Action != ManifestAction.Patch) continue;
            MethodBase method = targets.Resolve(manifest, row);
            (MethodInfo replacement, FieldInfo original) = replacements.Resolve(manifest, row, method);
            System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(original.DeclaringType!.TypeHandle);
            _targets.Add(new Target(row, method, replacement, original));
        }
        Patch.WarningSink = _ => { };
        PatchEvents.WillPatchGroup += _ => { };
        PatchEvents.DidPatchAll += _ => { };

        PatchStep[] seen = Attempts(new PatchOptions { Groups = PatchGroups.Everything, FiberKind = FiberKind.Kernel });
        foreach (PatchStep step in Enum.GetValues<PatchStep>()) _checks.That($"failed at {step}", seen.Contains(step), seen.Count(s => s == step));
        _checks.That("at least three failures for each method and group", seen.Length > (2 * _targets.Count) + 20, seen.Length);

        Throwing("a subscriber of DidPatchGroup(socket)", () =>
        {
            Action<DidPatchGroupEvent> bad = e => { if (e.Group == PatchGroups.Socket) throw new InjectedException(); };
            PatchEvents.DidPatchGroup += bad;
            return () => PatchEvents.DidPatchGroup -= bad;
        });
        Throwing("a subscriber of DidPatchBuiltin, after a patch of its own", () =>
        {
            Action<DidPatchBuiltinEvent> bad = _ =>
            {
                Patch.Methods(typeof(UserTargets));
                if (UserTargets.Call(1) != -2) throw new InvalidOperationException("the patch of a subscriber does not work");
                throw new InjectedException();
            };
            PatchEvents.DidPatchBuiltin += bad;
            return () => PatchEvents.DidPatchBuiltin -= bad;
        });
        _checks.That("the subscriber's own patch is gone too", UserTargets.Call(1) == 2, UserTargets.Call(1));
        Throwing("the sink of warnings", () =>
        {
            Patch.WarningSink = _ => throw new InjectedException();
            return () => Patch.WarningSink = _ => { };
        }, new PatchOptions { Groups = PatchGroups.Process });

        PatchReport report = Patch.All();
        _checks.That("and then it works", report.Result == PatchResult.Patched && report.Count(PatchOutcome.Applied) == _targets.Count(target => (target.Row.Group & PatchGroups.All) != 0), report.Count(PatchOutcome.Applied));
        _checks.That("nothing is late", report.Count(PatchOutcome.Late) == 0);
        Greenlet? green = null;
        var thread = new Thread(() => green = Greenlet.Running);
        thread.Start();
        thread.Join();
        _checks.That("a thread is green", green is not null);
        return _checks.Finish();
    }

    /// <summary>Fails at the first step, then at the second ... until one attempt gets through. The steps at which it failed.</summary>
    private PatchStep[] Attempts(PatchOptions options)
    {
        var seen = new List<PatchStep>();
        for (int at = 0; ; at++)
        {
            int count = 0;
            PatchStep failed = default;
            Patch.StepReached = step =>
            {
                failed = step;
                if (count++ == at) throw new InjectedException();
            };
            try
            {
                _ = Patch.All(options);
                break;
            }
            catch (InjectedException)
            {
                seen.Add(failed);
                Untouched($"step {at} ({failed})");
            }
        }
        Patch.StepReached = null;
        _checks.That("the attempt without a failure patched", Patch.IsPatched(PatchGroups.Everything) && Hub.DefaultFiber == FiberKind.Kernel);
        Patch.UndoAll();
        Hub.DefaultFiber = FiberKind.Auto;
        return [.. seen];
    }

    private void Throwing(string name, Func<Action> arrange, PatchOptions? options = null)
    {
        Action restore = arrange();
        try
        {
            _ = Patch.All(options);
            _checks.That(name, false, "no exception");
        }
        catch (InjectedException)
        {
            Untouched(name);
        }
        restore();
    }

    private void Untouched(string when)
    {
        string? wrong = _targets.Select(target => target.Difference(_layout)).FirstOrDefault(difference => difference is not null)
            ?? (Patch.Report is not null || Patch.IsAnythingPatched ? "there is a report" : null)
            ?? (Patch.IsPatched(PatchGroups.Time) ? "a group counts as patched" : null)
            ?? (Hub.Admission != (false, false) ? $"the hub admits {Hub.Admission}" : null)
            ?? (Hub.DefaultFiber != FiberKind.Auto ? "another kind of fiber" : null);
        if (wrong is not null) _checks.That(when, false, wrong);
        Greenlet? green = null;
        var thread = new Thread(() => green = Greenlet.Running);
        thread.Start();
        thread.Join();
        if (green is not null) _checks.That(when, false, "a thread is green");
    }

    internal sealed class InjectedException : Exception;

    /// <summary>One method of the manifest as it was before.</summary>
    private sealed class Target(ManifestRow row, MethodBase method, MethodInfo replacement, FieldInfo original)
    {
        private readonly nint _original = Pointer(original);
        private readonly nint _entry = replacement.MethodHandle.GetFunctionPointer();

        public ManifestRow Row { get; } = row;

        public string? Difference(RuntimeLayout layout)
        {
            nint now = Pointer(original);
            if (Row.Mechanism == ManifestMechanism.Slot)
            {
                nint slot = layout.Memory.ReadPointer(method.MethodHandle.Value + 32);
                return slot == _entry ? $"{Row.Target}: its slot leads to the replacement" : null;
            }
            nint precode = method.MethodHandle.GetFunctionPointer();
            var descriptor = new MethodDescriptor(layout, method);
            nint cell = layout.Memory.ReadPointer(layout.Precode.Cell(precode));
            if (cell != precode + PrecodeTemplate.FixupOffset && !descriptor.HasVersion(cell) && !CallCountingStub.BelongsTo(layout, descriptor, cell)) return $"{Row.Target}: its cell leads to 0x{cell:x}";
            return now == precode || (now == _original && _original != 0) || (now == 0 && _original == 0) ? null : $"{Row.Target}: its original was 0x{_original:x} and is 0x{now:x}";
        }

        private static nint Pointer(FieldInfo field) => (nint)field.GetValue(null)!;
    }
}
