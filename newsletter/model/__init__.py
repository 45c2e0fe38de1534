"""The words of the trade and the pure rules that several rooms share: values only, standard library only."""
