open System.IO
open System.Threading

// An ordinary program that has never heard of Patchy: 50 threads wait for one event, and it counts the threads that the system has given it.
[<EntryPoint>]
let main _ =
    let count = 50
    use present = new CountdownEvent(count)
    use answer = new ManualResetEventSlim()
    let mutable answers = 0
    let gate = obj ()
    let threads =
        [ for _ in 1..count ->
            Thread(fun () ->
                present.Signal() |> ignore
                answer.Wait()
                lock gate (fun () -> System.Console.Write "")) ]
    for thread in threads do thread.Start()
    present.Wait()
    Thread.Sleep 100
    let systemThreads = Directory.GetDirectories("/proc/self/task").Length
    answer.Set()
    for thread in threads do
        thread.Join()
        answers <- answers + 1
    printfn "answers: %d" answers
    printfn "fewer system threads than threads: %O" (systemThreads < count)
    0
