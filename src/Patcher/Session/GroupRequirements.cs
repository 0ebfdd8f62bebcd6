using System.Numerics;

namespace Patchy.Session;

/// <summary>Which groups each group requires, directly. An array: a dictionary of enums would have to be compiled first.</summary>
internal sealed class GroupRequirements
{
    private readonly PatchGroups[] _byBit = new PatchGroups[32];

    public void Add(PatchGroups group, PatchGroups requires)
    {
        if (group != PatchGroups.None) _byBit[BitOperations.TrailingZeroCount((int)group)] |= requires;
    }

    public PatchGroups Of(PatchGroups group) => group == PatchGroups.None ? PatchGroups.None : _byBit[BitOperations.TrailingZeroCount((int)group)];
}
