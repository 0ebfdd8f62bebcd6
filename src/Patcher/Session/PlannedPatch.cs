using System.Reflection;
using Patchy.Detours;
using Patchy.Manifest;

namespace Patchy.Session;

/// <summary>One row of the manifest, found on this runtime.</summary>
internal sealed class PlannedPatch
{
    public PlannedPatch(ManifestRow row, MethodBase source, MethodInfo replacement, FieldInfo originalField)
    {
        Row = row;
        Source = source;
        Replacement = replacement;
        OriginalField = originalField;
    }

    public ManifestRow Row { get; }
    public MethodBase Source { get; }
    public MethodInfo Replacement { get; }

    /// <summary>The replacement's pointer to the original.</summary>
    public FieldInfo OriginalField { get; }

    /// <summary>Set once prepared.</summary>
    public IDetour? Detour { get; set; }

    public string Mechanism => Row.Mechanism == ManifestMechanism.Slot ? "slot" : "cell";

    public void SetOriginal(nint pointer) => OriginalField.SetValue(null, pointer);
}
