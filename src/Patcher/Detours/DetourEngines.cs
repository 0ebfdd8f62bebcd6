using System;

namespace Patchy.Detours;

/// <summary>The two engines of this process, each made and tried out on first need.</summary>
internal sealed class DetourEngines
{
    private readonly RuntimeLayout _layout;
    private PrecodeCellEngine? _cells;
    private PInvokeSlotEngine? _slots;

    /// <exception cref="DetourRefusedException">This runtime is not one whose layout is known.</exception>
    public DetourEngines(RuntimeProbe probe) => _layout = RuntimeLayout.Read(probe);

    /// <summary>For the report. A profiler that asks for ReJIT of a patched method makes the runtime write its cell anew.</summary>
    public string Description => $"precode cells, {_layout.Framework}{(Environment.GetEnvironmentVariable("CORECLR_ENABLE_PROFILING") == "1" ? ", a profiler is attached: methods that it instruments may lose their patch" : "")}";

    /// <exception cref="DetourRefusedException">The trial failed.</exception>
    public IDetourEngine Cells
    {
        get
        {
            if (_cells is not null) return _cells;
            var engine = new PrecodeCellEngine(_layout);
            EngineSelfTest.Run(engine);
            return _cells = engine;
        }
    }

    /// <exception cref="DetourRefusedException">The trial failed.</exception>
    public IDetourEngine Slots
    {
        get
        {
            if (_slots is not null) return _slots;
            var engine = new PInvokeSlotEngine(_layout);
            EngineSelfTest.Run(engine);
            return _slots = engine;
        }
    }
}
