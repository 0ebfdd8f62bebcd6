Imports System
Imports System.IO
Imports System.Threading

' An ordinary program that has never heard of Patchy: 50 threads wait for one event, and it counts the threads that the system has given it.
Module Program
    Sub Main()
        Const count As Integer = 50
        Dim present As New CountdownEvent(count)
        Dim answer As New ManualResetEventSlim()
        Dim threads(count - 1) As Thread
        For i = 0 To count - 1
            threads(i) = New Thread(Sub()
                                        present.Signal()
                                        answer.Wait()
                                    End Sub)
            threads(i).Start()
        Next
        present.Wait()
        Thread.Sleep(100)
        Dim systemThreads = Directory.GetDirectories("/proc/self/task").Length
        answer.Set()
        Dim answers = 0
        For Each thread In threads
            thread.Join()
            answers += 1
        Next
        Console.WriteLine($"answers: {answers}")
        Console.WriteLine($"fewer system threads than threads: {systemThreads < count}")
    End Sub
End Module
